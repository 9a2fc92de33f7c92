import DaprProtos
import FoundationEssentials
import JSON
import SwiftProtobuf

extension StateBlock {
    var grpcMethods: [GRPCMethod] {
        [
            method("GetState", StateBlock.getState),
            method("GetBulkState", StateBlock.getBulkState),
            method("SaveState", StateBlock.saveState),
            method("DeleteState", StateBlock.deleteState),
            method("DeleteBulkState", StateBlock.deleteBulkState),
            method("ExecuteStateTransaction", StateBlock.executeTransaction),
            method("QueryStateAlpha1", StateBlock.queryState),
        ]
    }

    private func method<Request: Message, Response: Message>(
        _ name: String,
        _ answer: @escaping (StateBlock) -> (Request) throws(SidecarError) -> Response
    ) -> GRPCMethod {
        .unary(name) { [self] (request: Request) throws(GRPCStatus) -> Response in
            do throws(SidecarError) {
                return try answer(self)(request)
            } catch {
                throw error.status
            }
        }
    }

    private func getState(
        _ request: Dapr_Proto_Runtime_V1_GetStateRequest
    ) throws(SidecarError) -> Dapr_Proto_Runtime_V1_GetStateResponse {
        let store = try store(request.storeName)
        var response = Dapr_Proto_Runtime_V1_GetStateResponse()
        guard let entry = store.content.entry(try storedKey(request.key, in: store)) else {
            return response
        }
        response.data = Data(entry.data)
        response.etag = entry.etag
        if let expiry = Self.expiryText(entry) { response.metadata["ttlExpireTime"] = expiry }
        return response
    }

    private func getBulkState(
        _ request: Dapr_Proto_Runtime_V1_GetBulkStateRequest
    ) throws(SidecarError) -> Dapr_Proto_Runtime_V1_GetBulkStateResponse {
        let store = try store(request.storeName)
        var response = Dapr_Proto_Runtime_V1_GetBulkStateResponse()
        for key in request.keys {
            var item = Dapr_Proto_Runtime_V1_BulkStateItem()
            item.key = key
            if let entry = store.content.entry(try storedKey(key, in: store)) {
                item.data = Data(entry.data)
                item.etag = entry.etag
                if let expiry = Self.expiryText(entry) { item.metadata["ttlExpireTime"] = expiry }
            }
            response.items.append(item)
        }
        return response
    }

    private func saveState(
        _ request: Dapr_Proto_Runtime_V1_SaveStateRequest
    ) throws(SidecarError) -> Google_Protobuf_Empty {
        let store = try store(request.storeName)
        var writes: [StateWrite] = []
        for item in request.states {
            guard !item.key.isEmpty else {
                throw SidecarError(
                    httpStatus: 400, grpcCode: GRPCStatus.invalidArgument, code: "ERR_STATE_SAVE",
                    message: "state key cannot be empty",
                    grpcDetails: [.errorInfo("ERR_STATE_SAVE")])
            }
            var write = Self.write(item, key: try storedKey(item.key, in: store))
            if item.metadata["contentType"] == "application/json" {
                write.kind = .set(try Self.encodedAgain(item.value))
                write.isDocument = true
            }
            writes.append(write)
        }
        if !writes.isEmpty {
            try perform(writes, in: store, purpose: Self.savePurpose(store))
        }
        return Google_Protobuf_Empty()
    }

    private static func write(
        _ item: Dapr_Proto_Common_V1_StateItem, key: String
    ) -> StateWrite {
        StateWrite(
            key: key, kind: .set(Array(item.value)), etag: item.hasEtag ? item.etag.value : nil,
            concurrency: item.options.concurrency.text,
            consistency: item.options.consistency.text, ttl: item.metadata["ttlInSeconds"])
    }

    /// Bytes that the client calls JSON are stored as Go writes them again.
    private static func encodedAgain(_ value: Data) throws(SidecarError) -> [UInt8] {
        let text: String
        do throws(JSONError) {
            let options = JSONParsingOptions(maximumDepth: 1000, invalidUTF8: .replace)
            let value = try JSONValue.parse(Array(value), options: options)
            do throws(GoNumberRangeError) {
                return try value.asGoDecoded.serialized(options: .go)
            } catch {
                text = error.description
            }
        } catch {
            text = error.goMessage
        }
        throw SidecarError(
            httpStatus: 500, grpcCode: GRPCStatus.unknown, code: "ERR_STATE_SAVE", message: text)
    }

    private func deleteState(
        _ request: Dapr_Proto_Runtime_V1_DeleteStateRequest
    ) throws(SidecarError) -> Google_Protobuf_Empty {
        let store = try store(request.storeName)
        let write = StateWrite(
            key: try storedKey(request.key, in: store), kind: .delete,
            etag: request.hasEtag ? request.etag.value : nil,
            concurrency: request.options.concurrency.text,
            consistency: request.options.consistency.text)
        try perform([write], in: store, purpose: Self.deletePurpose(request.key))
        return Google_Protobuf_Empty()
    }

    private func deleteBulkState(
        _ request: Dapr_Proto_Runtime_V1_DeleteBulkStateRequest
    ) throws(SidecarError) -> Google_Protobuf_Empty {
        let store = try store(request.storeName)
        var writes: [StateWrite] = []
        for item in request.states {
            var write = Self.write(item, key: try storedKey(item.key, in: store))
            write.kind = .delete
            writes.append(write)
        }
        try perform(
            writes, in: store,
            purpose: (
                "failed deleting state in state store \(store.component.name)",
                "ERR_STATE_BULK_DELETE"
            ))
        return Google_Protobuf_Empty()
    }

    private func executeTransaction(
        _ request: Dapr_Proto_Runtime_V1_ExecuteStateTransactionRequest
    ) throws(SidecarError) -> Google_Protobuf_Empty {
        let store = try store(request.storeName)
        var writes: [StateWrite] = []
        for operation in request.operations {
            let item = operation.request
            var write = Self.write(item, key: try storedKey(item.key, in: store))
            switch operation.operationType {
            case "upsert": break
            case "delete": write.kind = .delete
            default: throw Self.unsupportedOperation(operation.operationType)
            }
            writes.append(write)
        }
        try transact(writes, in: store)
        return Google_Protobuf_Empty()
    }

    private func queryState(
        _ request: Dapr_Proto_Runtime_V1_QueryStateRequest
    ) throws(SidecarError) -> Dapr_Proto_Runtime_V1_QueryStateResponse {
        let result = try query(request.storeName, Array(request.query.utf8))
        var response = Dapr_Proto_Runtime_V1_QueryStateResponse()
        guard !result.items.isEmpty else { return response }
        response.token = result.token
        response.results = result.items.map { key, entry in
            var item = Dapr_Proto_Runtime_V1_QueryStateItem()
            item.key = key
            item.data = Data(entry.data)
            item.etag = entry.etag
            return item
        }
        return response
    }
}

extension Dapr_Proto_Common_V1_StateOptions.StateConcurrency {
    /// As HTTP spells it; numbers that nobody knows count as not given.
    fileprivate var text: String {
        switch self {
        case .concurrencyFirstWrite: "first-write"
        case .concurrencyLastWrite: "last-write"
        default: ""
        }
    }
}

extension Dapr_Proto_Common_V1_StateOptions.StateConsistency {
    /// As HTTP spells it; numbers that nobody knows count as not given.
    fileprivate var text: String {
        switch self {
        case .consistencyEventual: "eventual"
        case .consistencyStrong: "strong"
        default: ""
        }
    }
}
