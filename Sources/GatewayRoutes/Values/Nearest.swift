/// The candidate that a misspelt word most likely stood for; nil when none is near.
///
/// - Parameters:
///   - word: what was written.
///   - candidates: what could have been meant.
public func nearest(to word: String, among candidates: some Sequence<String>) -> String? {
    // Nobody misspells a long word beyond recognition; a longer one would only cost time.
    guard word.utf8.count <= 64 else { return nil }
    let written = Array(word.lowercased().utf8)
    let allowed = max(1, written.count / 3)
    var best: (distance: Int, candidate: String)?
    for candidate in candidates {
        let distance = editDistance(written, Array(candidate.lowercased().utf8))
        if distance <= allowed, distance < best?.distance ?? .max { best = (distance, candidate) }
    }
    return best?.candidate
}

/// The fewest insertions, deletions and substitutions that turn one text into the other, with a swap
/// of neighbours counted as one (optimal string alignment).
private func editDistance(_ left: [UInt8], _ right: [UInt8]) -> Int {
    var beforeLast: [Int] = []
    var last = Array(0...right.count)
    for row in left.indices {
        var current = [row + 1]
        for column in right.indices {
            let isSame = left[row] == right[column]
            var cost = min(
                last[column + 1] + 1, current[column] + 1, last[column] + (isSame ? 0 : 1))
            if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
                cost = min(cost, beforeLast[column - 1] + 1)
            }
            current.append(cost)
        }
        beforeLast = last
        last = current
    }
    return last[right.count]
}
