import Testing

@testable import DaprClient

@Suite("Changes of configuration as a sequence")
struct ConfigurationChangesTests {
    private func changes(
        _ api: FakeConfiguration, keys: [String]? = ["a", "b"],
        policy: ConfigurationWatch.Policy = .init(), time: VirtualTime = VirtualTime()
    ) -> ConfigurationChanges {
        let subject = ConfigurationWatcher.Subject(
            store: "s", keys: keys, metadata: [:], options: CallOptions())
        return ConfigurationChanges(
            ConfigurationWatcher(
                subject, policy: policy, api: api, on: nil, time: time.timekeeper))
    }

    private static let one = ["a": ConfigurationItem("1")]

    @Test("everything first, then what changed; leaving the loop unsubscribes")
    func loop() async throws {
        let api = FakeConfiguration(Self.one)
        var seen: [ConfigurationChange] = []
        for try await change in changes(api) {
            seen.append(change)
            if seen.count == 3 { break }
            await api.set("b", ConfigurationItem("\(seen.count)"))
        }
        #expect(seen.map(\.updated) == [Self.one] + ["1", "2"].map { ["b": .init($0)] })
        #expect(seen.last?.items == ["a": .init("1"), "b": .init("2")])
        await api.wait(for: "unsubscribe 1")
        await api.streams[0].waitForCancellation()
        #expect(await api.calls == ["open", "read", "unsubscribe 1"])
    }

    @Test("a cancelled task ends the sequence without an error, and unsubscribes")
    func cancelled() async throws {
        let api = FakeConfiguration(Self.one)
        let changes = changes(api)
        let task = Task {
            var count = 0
            for try await _ in changes { count += 1 }
            return count
        }
        await api.wait(for: "read")
        task.cancel()
        let count = try await task.value
        #expect(count <= 1)
        await api.wait(for: "unsubscribe 1")
        await api.streams[0].waitForCancellation()
        let more = try await changes.makeAsyncIterator().next()
        #expect(more == nil)
    }

    @Test("a task that is cancelled from the start asks nobody for long")
    func cancelledBefore() async throws {
        let api = FakeConfiguration(Self.one)
        let changes = changes(api)
        let task = Task {
            try? await Task.sleep(for: .seconds(100))
            return try await changes.makeAsyncIterator().next()
        }
        task.cancel()
        let change = try await task.value
        #expect(change == nil)
    }

    @Test("when the stream is lost it comes back after a pause, and tells what changed, once")
    func reconnects() async throws {
        let api = FakeConfiguration(Self.one)
        let time = VirtualTime()
        let changes = changes(api, policy: .init(confirmation: .zero), time: time)
        let iterator = changes.makeAsyncIterator()
        let first = try await iterator.next()
        #expect(first?.items == Self.one)
        // The time that the stream had to say its id.
        await time.waitForSleep(1)
        await api.set("a", ConfigurationItem("2"), tells: false)
        await api.streams[0].push(.failure(DaprError(.unavailable, "gone")))
        await time.waitForSleep(2)
        time.advance(by: .milliseconds(225))
        let second = try await iterator.next()
        #expect(second?.updated == ["a": ConfigurationItem("2")])
        await api.set("a", ConfigurationItem("3"))
        let third = try await iterator.next()
        #expect(third?.updated == ["a": ConfigurationItem("3")])
        #expect(await api.calls == ["open", "read", "open", "read"])
    }

    @Test("what a dead stream misses is found by the confirmation, whose age can be seen")
    func confirms() async throws {
        let api = FakeConfiguration(Self.one)
        let time = VirtualTime()
        let changes = changes(api, time: time)
        #expect(await changes.timeSinceConfirmation == nil)
        let iterator = changes.makeAsyncIterator()
        _ = try await iterator.next()
        await time.waitForSleep(2)
        #expect(await changes.timeSinceConfirmation == .zero)
        await api.set("a", ConfigurationItem("2"), tells: false)
        time.advance(by: .seconds(60))
        let change = try await iterator.next()
        #expect(change?.updated == ["a": ConfigurationItem("2")])
        #expect(await changes.timeSinceConfirmation == .zero)
        await api.wait(for: "open", 2)
        await api.wait(for: "unsubscribe 1")
        time.advance(by: .seconds(7))
        await api.wait(for: "read", 3)
    }

    @Test("without streams the items are read again and again")
    func polls() async throws {
        let api = FakeConfiguration(
            Self.one, refusal: DaprError(.notSupported, "HTTP has no streams"))
        let time = VirtualTime()
        let iterator = changes(api, time: time).makeAsyncIterator()
        _ = try await iterator.next()
        await api.set("a", ConfigurationItem("2"))
        await time.waitForSleep(2)
        time.advance(by: .seconds(5))
        let change = try await iterator.next()
        #expect(change?.updated == ["a": ConfigurationItem("2")])
        #expect(await api.calls == ["open", "read", "read"])
    }

    @Test("an unknown store ends it with that error, however often it is asked")
    func unknownStore() async throws {
        let unknown = DaprError(.noSuchComponent, "configuration store s not found")
        let api = FakeConfiguration(refusal: unknown)
        let iterator = changes(api).makeAsyncIterator()
        for _ in 0..<2 {
            let error = await #expect(throws: DaprError.self) { try await iterator.next() }
            #expect(error == unknown)
        }
        #expect(await api.calls == ["open"])
    }

    @Test("no keys are no way to ask for all of them")
    func noKeys() async throws {
        let api = FakeConfiguration(Self.one)
        let error = await #expect(throws: DaprError.self) {
            try await changes(api, keys: []).makeAsyncIterator().next()
        }
        #expect(error?.kind == .invalidArgument)
        let all = try await changes(api, keys: nil).makeAsyncIterator().next()
        #expect(all?.items == Self.one)
        let none = try await ConfigurationStore(name: "s", api: api).get([])
        #expect(none == [:])
    }
}
