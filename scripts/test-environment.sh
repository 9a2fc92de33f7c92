# Sourced before Swift's tests run.
# A crash shows its message only. Swift's backtracer may wait for ever for a process that is gone, and what it has
# inherited of an exit test's pipes then keeps the test from ending: a hang of the whole run, seen in CI.
export SWIFT_BACKTRACE=enable=no
# Live tests have threads and deadlines of their own: a thousand at a time starve each other.
export SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH=${SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH:-16}
