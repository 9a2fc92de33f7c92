import DaprProtos
import SwiftProtobuf
import Testing

/// A message as it went over the wire between a gRPC client and daprd 1.18.3.
struct RecordedMessage: Sendable, CustomTestStringConvertible {
    /// The exchange in the recordings that it is part of.
    let id: String
    let type: any Message.Type
    /// Protobuf JSON: lowerCamelCase names, defaults left out, fields by number, map keys sorted.
    let json: String
    let hex: String

    var testDescription: String { "\(id) \(type.protoMessageName)" }
}

let recordedMessages: [RecordedMessage] = [
    RecordedMessage(
        id: "state-mem-grpc-042", type: Dapr_Proto_Runtime_V1_GetStateRequest.self,
        json: #"""
            {"storeName":"memstore","key":"n","consistency":"CONSISTENCY_STRONG",\#
            "metadata":{"a":"b"}}
            """#,
        hex: "0a086d656d73746f726512016e180222060a0161120162"),
    RecordedMessage(
        id: "state-redis-grpc-006", type: Dapr_Proto_Runtime_V1_GetStateResponse.self,
        json: #"{"data":"AP/+AQ==","etag":"1"}"#,
        hex: "0a0400fffe01120131"),
    RecordedMessage(
        id: "state-redis-grpc-044", type: Dapr_Proto_Runtime_V1_GetBulkStateRequest.self,
        json: #"{"storeName":"statestore","keys":["y1","x2"]}"#,
        hex: "0a0a737461746573746f72651202793112027832"),
    RecordedMessage(
        id: "state-redis-grpc-044", type: Dapr_Proto_Runtime_V1_GetBulkStateResponse.self,
        json: #"{"items":[{"key":"y1","data":"cmF3IGJ5dGVz","etag":"1"},{"key":"x2"}]}"#,
        hex: "0a120a02793112097261772062797465731a01310a040a027832"),
    RecordedMessage(
        id: "state-mem-grpc-037", type: Dapr_Proto_Runtime_V1_SaveStateRequest.self,
        json: #"""
            {"storeName":"memstore","states":[{"key":"cj",\#
            "value":"eyJiIjogOTAwNzE5OTI1NDc0MDk5MywgImEiOjEuMH0=",\#
            "metadata":{"contentType":"application/json"}}]}
            """#,
        hex: """
            0a086d656d73746f726512470a02636a12207b2262223a20393030373139393235343734303939\
            332c202261223a312e307d221f0a0b636f6e74656e745479706512106170706c69636174696f6e\
            2f6a736f6e
            """),
    RecordedMessage(
        id: "state-redis-grpc-024", type: Dapr_Proto_Runtime_V1_SaveStateRequest.self,
        json: #"""
            {"storeName":"statestore","states":[{"key":"ge","value":"Mw==",\#
            "etag":{"value":"abc"},"options":{"concurrency":"CONCURRENCY_FIRST_WRITE"}}]}
            """#,
        hex: "0a0a737461746573746f726512120a0267651201331a050a036162632a020801"),
    RecordedMessage(
        id: "state-mem-grpc-027", type: Dapr_Proto_Runtime_V1_SaveStateRequest.self,
        json: #"""
            {"storeName":"memstore","states":[{"key":"ge","value":"NA==",\#
            "options":{"concurrency":9,"consistency":9}}]}
            """#,
        hex: "0a086d656d73746f7265120d0a0267651201342a0408091009"),
    RecordedMessage(
        id: "state-mem-grpc-026", type: Dapr_Proto_Runtime_V1_DeleteStateRequest.self,
        json: #"{"storeName":"memstore","key":"ge","etag":{"value":"abc"}}"#,
        hex: "0a086d656d73746f7265120267651a050a03616263"),
    RecordedMessage(
        id: "state-mem-grpc-035", type: Dapr_Proto_Runtime_V1_DeleteBulkStateRequest.self,
        json: #"""
            {"storeName":"memstore","states":[{"key":"s","etag":{"value":"777"}},\#
            {"key":"o"}]}
            """#,
        hex: "0a086d656d73746f7265120a0a01731a050a0337373712030a016f"),
    RecordedMessage(
        id: "state-mem-grpc-043", type: Dapr_Proto_Runtime_V1_ExecuteStateTransactionRequest.self,
        json: #"""
            {"storeName":"memstore","operations":[{"operationType":"upsert",\#
            "request":{"key":"y1","value":"cmF3IGJ5dGVz"}},{"operationType":"delete",\#
            "request":{"key":"x2"}}]}
            """#,
        hex: """
            0a086d656d73746f726512190a06757073657274120f0a0279311209726177206279746573120e\
            0a0664656c65746512040a027832
            """),
    RecordedMessage(
        id: "state-redis-grpc-046", type: Dapr_Proto_Runtime_V1_ExecuteStateTransactionRequest.self,
        json: #"""
            {"storeName":"statestore","operations":[{"operationType":"upsert",\#
            "request":{"key":"y1","value":"eg==","etag":{"value":"777"}}}]}
            """#,
        hex: "0a0a737461746573746f726512180a06757073657274120e0a02793112017a1a050a03373737"),
    RecordedMessage(
        id: "query-grpc-002", type: Dapr_Proto_Runtime_V1_QueryStateRequest.self,
        json: #"""
            {"storeName":"pgstore",\#
            "query":"{\"filter\":{\"EQ\":{\"person.org\":\"Dev Ops\"}},\#
            \"sort\":[{\"key\":\"person.id\",\"order\":\"DESC\"}]}"}
            """#,
        hex: """
            0a07706773746f726512567b2266696c746572223a7b224551223a7b22706572736f6e2e6f7267\
            223a22446576204f7073227d7d2c22736f7274223a5b7b226b6579223a22706572736f6e2e6964\
            222c226f72646572223a2244455343227d5d7d
            """),
    RecordedMessage(
        id: "publish-grpc-007", type: Dapr_Proto_Runtime_V1_PublishEventRequest.self,
        json: #"""
            {"pubsubName":"mempubsub","topic":"raw","data":"eyJhIjoxfQ==",\#
            "dataContentType":"application/json","metadata":{"rawPayload":"true"}}
            """#,
        hex: """
            0a096d656d70756273756212037261771a077b2261223a317d22106170706c69636174696f6e2f\
            6a736f6e2a120a0a7261775061796c6f6164120474727565
            """),
    RecordedMessage(
        id: "bulkpublish-grpc-001", type: Dapr_Proto_Runtime_V1_BulkPublishRequest.self,
        json: #"""
            {"pubsubName":"mempubsub","topic":"orders","entries":[{"entryId":"1",\#
            "event":"eyJuIjoxfQ==","contentType":"application/json"},{"entryId":"2",\#
            "event":"dHdv","contentType":"text/plain"}]}
            """#,
        hex: """
            0a096d656d70756273756212066f72646572731a1e0a013112077b226e223a317d1a106170706c\
            69636174696f6e2f6a736f6e1a140a0132120374776f1a0a746578742f706c61696e
            """),
    RecordedMessage(
        id: "bulkpublish-grpc-010", type: Dapr_Proto_Runtime_V1_BulkPublishRequest.self,
        json: #"""
            {"pubsubName":"mempubsub","topic":"orders","entries":[{"entryId":"1",\#
            "event":"eA==","metadata":{"rawPayload":"true"}}]}
            """#,
        hex: """
            0a096d656d70756273756212066f72646572731a1a0a013112017822120a0a7261775061796c6f\
            6164120474727565
            """),
    RecordedMessage(
        id: "secrets-grpc-015", type: Dapr_Proto_Runtime_V1_GetSecretRequest.self,
        json: #"""
            {"storeName":"localsecrets","key":"plain","metadata":{"namespace":"x",\#
            "version_id":"1"}}
            """#,
        hex: """
            0a0c6c6f63616c736563726574731205706c61696e1a0e0a096e616d6573706163651201781a0f\
            0a0a76657273696f6e5f6964120131
            """),
    RecordedMessage(
        id: "secrets-grpc-005", type: Dapr_Proto_Runtime_V1_GetSecretResponse.self,
        json: #"{"data":{"pass":"s3cret","user":"alice"}}"#,
        hex: "0a0d0a04757365721205616c6963650a0e0a04706173731206733363726574"),
    RecordedMessage(
        id: "secrets-grpc-018", type: Dapr_Proto_Runtime_V1_GetBulkSecretRequest.self,
        json: #"{"storeName":"localsecrets"}"#,
        hex: "0a0c6c6f63616c73656372657473"),
    RecordedMessage(
        id: "secrets-grpc-020", type: Dapr_Proto_Runtime_V1_GetBulkSecretResponse.self,
        json: #"""
            {"data":{"EMPTY":{"secrets":{"EMPTY":""}},\#
            "TOKEN":{"secrets":{"TOKEN":"tok-123"}},"UNI":{"secrets":{"UNI":"hé"}}}}
            """#,
        hex: """
            0a1b0a05544f4b454e12120a100a05544f4b454e1207746f6b2d3132330a140a05454d50545912\
            0b0a090a05454d50545912000a130a03554e49120c0a0a0a03554e49120368c3a9
            """),
    RecordedMessage(
        id: "metadata-grpc-002", type: Dapr_Proto_Runtime_V1_GetMetadataResponse.self,
        json: #"""
            {"id":"echo-app","components":[{"name":"envsecrets",\#
            "type":"secretstores.local.env","version":"v1"},{"name":"multisecrets",\#
            "type":"secretstores.local.file","version":"v1",\#
            "capabilities":["MULTIPLE_KEY_VALUES_PER_SECRET"]},{"name":"localsecrets",\#
            "type":"secretstores.local.file","version":"v1"},{"name":"httpbinding",\#
            "type":"bindings.http","version":"v1","capabilities":["OUTPUT_BINDING"]},\#
            {"name":"files","type":"bindings.localstorage","version":"v1",\#
            "capabilities":["OUTPUT_BINDING"]},{"name":"redisbinding",\#
            "type":"bindings.redis","version":"v1","capabilities":["OUTPUT_BINDING"]},\#
            {"name":"configstore","type":"configuration.redis","version":"v1"},\#
            {"name":"echo","type":"conversation.echo","version":"v1"},\#
            {"name":"localcrypto","type":"crypto.dapr.localstorage","version":"v1"},\#
            {"name":"lockstore","type":"lock.redis","version":"v1"},{"name":"mempubsub",\#
            "type":"pubsub.in-memory","version":"v1",\#
            "capabilities":["SUBSCRIBE_WILDCARDS"]},{"name":"pubsub",\#
            "type":"pubsub.redis","version":"v1"},{"name":"memstore",\#
            "type":"state.in-memory","version":"v1","capabilities":["ETAG",\#
            "TRANSACTIONAL","TTL","DELETE_WITH_PREFIX","KEYS_LIKE","ACTOR"]},\#
            {"name":"statestore","type":"state.redis","version":"v1",\#
            "capabilities":["ETAG","TRANSACTIONAL","TTL","KEYS_LIKE","ACTOR"]}],\#
            "extended":{"daprRuntimeVersion":"1.18.3"},\#
            "subscriptions":[{"pubsubname":"pubsub","topic":"orders",\#
            "rules":{"rules":[{"path":"/orders"}]},"type":"PROGRAMMATIC"},\#
            {"pubsubname":"mempubsub","topic":"orders",\#
            "rules":{"rules":[{"path":"/memorders"}]},"type":"PROGRAMMATIC"},\#
            {"pubsubname":"mempubsub","topic":"raw","metadata":{"rawPayload":"true"},\#
            "rules":{"rules":[{"path":"/memraw"}]},"type":"PROGRAMMATIC"},\#
            {"pubsubname":"mempubsub","topic":"a/b",\#
            "rules":{"rules":[{"path":"/memslash"}]},"type":"PROGRAMMATIC"},\#
            {"pubsubname":"mempubsub","topic":"drop",\#
            "rules":{"rules":[{"path":"/memdrop"}]},"deadLetterTopic":"dead",\#
            "type":"PROGRAMMATIC"},{"pubsubname":"mempubsub","topic":"dead",\#
            "rules":{"rules":[{"path":"/memdead"}]},"type":"PROGRAMMATIC"},\#
            {"pubsubname":"mempubsub","topic":"retry2",\#
            "rules":{"rules":[{"path":"/memretry2"}]},"type":"PROGRAMMATIC"},\#
            {"pubsubname":"mempubsub","topic":"gone",\#
            "rules":{"rules":[{"path":"/memgone"}]},"type":"PROGRAMMATIC"},\#
            {"pubsubname":"mempubsub","topic":"routed",\#
            "rules":{"rules":[{"match":"event.type == \"special\"","path":"/memspecial"},\#
            {"path":"/memdefault"}]},"type":"PROGRAMMATIC"}],\#
            "appConnectionProperties":{"port":6011,"protocol":"http",\#
            "channelAddress":"127.0.0.1"},"runtimeVersion":"1.18.3",\#
            "enabledFeatures":["HotReload","WorkflowsRemoteActivityReminder"],\#
            "actorRuntime":{"runtimeStatus":"DISABLED",\#
            "placement":"placement: disconnected"},"workflows":{}}
            """#,
        hex: """
            0a086563686f2d6170701a280a0a656e7673656372657473121673656372657473746f7265732e\
            6c6f63616c2e656e761a0276311a4b0a0c6d756c74697365637265747312177365637265747374\
            6f7265732e6c6f63616c2e66696c651a027631221e4d554c5449504c455f4b45595f56414c5545\
            535f5045525f5345435245541a2b0a0c6c6f63616c73656372657473121773656372657473746f\
            7265732e6c6f63616c2e66696c651a0276311a300a0b6874747062696e64696e67120d62696e64\
            696e67732e687474701a027631220e4f55545055545f42494e44494e471a320a0566696c657312\
            1562696e64696e67732e6c6f63616c73746f726167651a027631220e4f55545055545f42494e44\
            494e471a320a0c726564697362696e64696e67120e62696e64696e67732e72656469731a027631\
            220e4f55545055545f42494e44494e471a260a0b636f6e66696773746f72651213636f6e666967\
            75726174696f6e2e72656469731a0276311a1d0a046563686f1211636f6e766572736174696f6e\
            2e6563686f1a0276311a2b0a0b6c6f63616c63727970746f121863727970746f2e646170722e6c\
            6f63616c73746f726167651a0276311a1b0a096c6f636b73746f7265120a6c6f636b2e72656469\
            731a0276311a360a096d656d70756273756212107075627375622e696e2d6d656d6f72791a0276\
            3122135355425343524942455f57494c4443415244531a1a0a06707562737562120c7075627375\
            622e72656469731a0276311a5f0a086d656d73746f7265120f73746174652e696e2d6d656d6f72\
            791a027631220445544147220d5452414e53414354494f4e414c220354544c221244454c455445\
            5f574954485f50524546495822094b4559535f4c494b4522054143544f521a490a0a7374617465\
            73746f7265120b73746174652e72656469731a027631220445544147220d5452414e5341435449\
            4f4e414c220354544c22094b4559535f4c494b4522054143544f52221c0a126461707252756e74\
            696d6556657273696f6e1206312e31382e332a1f0a0670756273756212066f7264657273220b0a\
            0912072f6f726465727330022a250a096d656d70756273756212066f7264657273220e0a0c120a\
            2f6d656d6f726465727330022a330a096d656d70756273756212037261771a120a0a7261775061\
            796c6f6164120474727565220b0a0912072f6d656d72617730022a210a096d656d707562737562\
            1203612f62220d0a0b12092f6d656d736c61736830022a270a096d656d70756273756212046472\
            6f70220c0a0a12082f6d656d64726f702a046465616430022a210a096d656d7075627375621204\
            64656164220c0a0a12082f6d656d6465616430022a250a096d656d707562737562120672657472\
            7932220e0a0c120a2f6d656d72657472793230022a210a096d656d7075627375621204676f6e65\
            220c0a0a12082f6d656d676f6e6530022a4e0a096d656d7075627375621206726f757465642237\
            0a260a176576656e742e74797065203d3d20227370656369616c22120b2f6d656d737065636961\
            6c0a0d120b2f6d656d64656661756c7430023a1408fb2e1204687474701a093132372e302e302e\
            314206312e31382e334a09486f7452656c6f61644a1f576f726b666c6f777352656d6f74654163\
            74697669747952656d696e646572521b08012217706c6163656d656e743a20646973636f6e6e65\
            637465646200
            """),
    RecordedMessage(
        id: "metadata-grpc-004", type: Dapr_Proto_Runtime_V1_SetMetadataRequest.self,
        json: #"{"key":"g1","value":"v"}"#,
        hex: "0a026731120176"),
]
