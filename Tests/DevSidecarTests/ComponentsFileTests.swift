import EventLoop
import Testing

@testable import DevSidecar

@Suite("Components files")
struct ComponentsFileTests {
    private func reason(_ text: String) throws -> String? {
        let folder = try RootedFolder.temporary()
        defer { folder.removeAll() }
        try folder.write(Array(text.utf8), to: "components.json")
        let path = folder.path + "/components.json"
        let error = #expect(throws: ComponentsFileError.self) { try ComponentsFile.read(path) }
        #expect(error?.path == path)
        #expect(error.map { $0.description == "\(path): \($0.reason)" } == true)
        return error?.reason
    }

    @Test("a type that is not offered is refused by name, with those that are")
    func unknownType() throws {
        let reason = try reason(#"[{"name": "s", "type": "state.memcached"}]"#)
        #expect(
            reason == "component 's': type 'state.memcached' is not offered; there are "
                + "state.in-memory, state.postgresql, pubsub.in-memory, secretstores.local.file, "
                + "secretstores.local.env, configuration.redis, lock.redis, conversation.echo, "
                + "bindings.localstorage, bindings.http, bindings.echo, bindings.redis, "
                + "crypto.dapr.localstorage")
    }

    @Test(
        "what is wrong is said",
        arguments: [
            ("{}", "expected an array of components"), ("[1]", "a component must be an object"),
            (#"[{"name": "s"}]"#, "a component needs a name and a type"),
            (#"[{"name": "", "type": "state.in-memory"}]"#, "a component needs a name and a type"),
            (#"[{"name": "s", "kind": 1}]"#, "unknown key 'kind' in a component"),
        ])
    func faults(text: String, expected: String) throws {
        #expect(try reason(text) == expected)
    }

    @Test("each type that is offered can be listed", arguments: ComponentsFile.offeredTypes)
    func offered(type: String) throws {
        let folder = try RootedFolder.temporary()
        defer { folder.removeAll() }
        let text = #"[{"name": "c", "type": "\#(type)", "metadata": {"a": "b", "n": 1}}]"#
        try folder.write(Array(text.utf8), to: "c.json")
        let component = try #require(try ComponentsFile.read(folder.path + "/c.json").first)
        #expect(component.name == "c")
        #expect(component.type == type)
        #expect(component.metadata == ["a": "b", "n": "1"])
    }
}
