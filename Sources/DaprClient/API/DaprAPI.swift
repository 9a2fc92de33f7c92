/// Everything a client can ask of a sidecar, one protocol per building block, one
/// method per Dapr API.
///
/// Both transports are one of these, so is their combination, and so is a test's fake. The handles
/// of `DaprClient` (`state("orders")`, `secrets("vault")`, ...) are a nicer way to call it.
///
/// Every method throws `DaprError` only; a cancelled task makes it throw `.cancelled` and resets the
/// stream to the sidecar.
public protocol DaprAPI:
    ActorsAPI,
    BindingsAPI,
    ConfigurationAPI,
    ConversationAPI,
    CryptographyAPI,
    InvokeAPI,
    JobsAPI,
    LockAPI,
    NativeAPI,
    ProxyAPI,
    PublishAPI,
    SecretsAPI,
    SidecarAPI,
    StateAPI,
    WorkflowAPI
{}
