import DaprProtos
import EventLoop
import JSON
import SwiftProtobuf

/// The distributed lock API.
final class LockBlock: BuildingBlock {
    private let context: SidecarContext
    private var stores: [String: (component: Component, locks: InMemoryLockStore)] = [:]

    init(_ context: SidecarContext) {
        self.context = context
        for component in context.components(of: "lock") {
            stores[component.name] = (component, InMemoryLockStore(loop: context.loop))
        }
    }

    var inspection: InspectionPage? {
        InspectionPage("locks") { [self] in
            let now = context.loop.now
            return .array(
                stores.sorted { $0.key < $1.key }.flatMap { name, store in
                    store.locks.all.map { lock in
                        let left = (lock.holding.expiry - now).components.seconds
                        return [
                            "store": .string(name), "key": .string(lock.key),
                            "owner": .string(lock.holding.owner),
                            "secondsLeft": .number(JSONNumber(left)),
                        ]
                    }
                })
        }
    }

    // MARK: - HTTP

    var httpRoutes: [HTTPRoute] {
        [
            route("lock") { [self] store, body throws(SidecarError) in
                let isLocked = try tryLock(
                    store, body.string("resourceId"), owner: body.string("lockOwner"),
                    seconds: body.int32("expiryInSeconds"))
                return ["success": .bool(isLocked)]
            },
            route("unlock") { [self] store, body throws(SidecarError) in
                let status = try unlock(
                    store, body.string("resourceId"), owner: body.string("lockOwner"))
                return ["status": .number(JSONNumber(status.rawValue))]
            },
        ]
    }

    private func route(
        _ name: String,
        _ answer: @escaping (String, ProtoJSONObject) throws(SidecarError) -> JSONValue
    ) -> HTTPRoute {
        HTTPRoute(
            ["POST"], "/v1.0-alpha1/\(name)/{store}", readsBody: true,
            .immediate { request in
                do throws(SidecarError) {
                    let body = try ProtoJSONObject(request)
                    return .json(try answer(request.parameters[0], body).serialized())
                } catch {
                    return error.response
                }
            })
    }

    // MARK: - Both

    /// Takes a lock; false when somebody holds it.
    func tryLock(
        _ storeName: String, _ resource: String, owner: String, seconds: Int32
    ) throws(SidecarError) -> Bool {
        guard seconds > 0 else {
            throw .malformed("ExpiryInSeconds is not positive in lock store \(storeName)")
        }
        let store = try store(storeName, resource, owner)
        do throws(Fault) {
            let key = try key(resource, in: store.component)
            do throws(InMemoryLockStore.Full) {
                return try store.locks.tryLock(key, owner: owner, seconds: seconds)
            } catch {
                throw Fault(text: "OOM command not allowed when used memory > 'maxmemory'.")
            }
        } catch {
            throw Self.failure("ERR_TRY_LOCK", "failed to try acquiring lock: " + error.text)
        }
    }

    /// Gives a lock back.
    func unlock(
        _ storeName: String, _ resource: String, owner: String
    ) throws(SidecarError) -> InMemoryLockStore.UnlockStatus {
        let store = try store(storeName, resource, owner)
        do throws(Fault) {
            return store.locks.unlock(try key(resource, in: store.component), owner: owner)
        } catch {
            throw Self.failure("ERR_UNLOCK", "failed to release lock: " + error.text)
        }
    }

    /// What a component reports.
    private struct Fault: Error {
        var text: String
    }

    private static func failure(_ code: String, _ message: String) -> SidecarError {
        SidecarError(
            httpStatus: 500, grpcCode: GRPCStatus.internalError, code: code, message: message)
    }

    private func store(
        _ name: String, _ resource: String, _ owner: String
    ) throws(SidecarError) -> (component: Component, locks: InMemoryLockStore) {
        guard !resource.isEmpty else {
            throw .malformed("ResourceId is empty in lock store \(name)")
        }
        guard !owner.isEmpty else { throw .malformed("LockOwner is empty in lock store \(name)") }
        guard !stores.isEmpty else {
            throw SidecarError(
                httpStatus: 500, grpcCode: GRPCStatus.failedPrecondition,
                code: "ERR_LOCK_STORE_NOT_CONFIGURED", message: "lock store is not configured")
        }
        guard let store = stores[name] else {
            throw SidecarError(
                httpStatus: 400, grpcCode: GRPCStatus.invalidArgument,
                code: "ERR_LOCK_STORE_NOT_FOUND", message: "lock store \(name) not found")
        }
        return store
    }

    /// The key under which the component keeps the lock of a resource.
    private func key(_ resource: String, in component: Component) throws(Fault) -> String {
        guard !resource.contains("||") else {
            throw Fault(text: "input key/keyPrefix '\(resource)' can't contain '||'")
        }
        if let outage = context.outage(of: component.name) { throw Fault(text: outage) }
        return "lock||" + context.prefixed(resource, for: component)
    }
}
