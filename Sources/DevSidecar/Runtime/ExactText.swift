/// A text as a key of a dictionary: compares bytes, where `String` would take canonically
/// equivalent texts for the same.
struct ExactText: Hashable {
    let text: String

    static func == (left: ExactText, right: ExactText) -> Bool {
        left.text.utf8.elementsEqual(right.text.utf8)
    }
}
