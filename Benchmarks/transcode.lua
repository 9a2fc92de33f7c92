-- What grpc_json_transcoder's auto_mapping expects for GetState.
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.body = '{"storeName":"statestore","key":"benchmark"}'
