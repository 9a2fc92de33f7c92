"""What the black-box tests of the gateway stand on: processes, raw HTTP, and peers that tests script."""
