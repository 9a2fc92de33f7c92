import DaprProtos
import SwiftProtobuf

extension LockBlock {
    var grpcMethods: [GRPCMethod] {
        [
            .unary("TryLockAlpha1") {
                [self] (request: Dapr_Proto_Runtime_V1_TryLockRequest) throws(GRPCStatus) in
                do throws(SidecarError) {
                    var response = Dapr_Proto_Runtime_V1_TryLockResponse()
                    response.success = try tryLock(
                        request.storeName, request.resourceID, owner: request.lockOwner,
                        seconds: request.expiryInSeconds)
                    return response
                } catch {
                    throw error.status
                }
            },
            .unary("UnlockAlpha1") {
                [self] (request: Dapr_Proto_Runtime_V1_UnlockRequest) throws(GRPCStatus) in
                do throws(SidecarError) {
                    let status = try unlock(
                        request.storeName, request.resourceID, owner: request.lockOwner)
                    var response = Dapr_Proto_Runtime_V1_UnlockResponse()
                    switch status {
                    case .success: response.status = .success
                    case .doesNotExist: response.status = .lockDoesNotExist
                    case .belongsToOthers: response.status = .lockBelongsToOthers
                    }
                    return response
                } catch {
                    throw error.status
                }
            },
        ]
    }
}
