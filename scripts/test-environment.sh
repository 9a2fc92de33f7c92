# Sourced before Swift's tests run.
# Of a crash, the thread that crashed: with hundreds of them all would take an hour.
export SWIFT_BACKTRACE=threads=crashed,images=none
# Live tests have threads and deadlines of their own: a thousand at a time starve each other.
export SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH=${SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH:-16}
