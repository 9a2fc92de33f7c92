# Sourced: what counts as our own Swift code.
swift_sources() {
    git ls-files -z --cached --others --exclude-standard -- 'Package.swift' 'Sources/*.swift' 'Tests/*.swift' \
        'Benchmarks/*.swift' | grep -zv '\.pb\.swift$'
}
