"""The official Dapr Python SDK, unmodified: jobs, conversation, and workflow management.

The SDK's client has no calls for workflow management; its generated stub has.
"""

import grpc
import pytest
from dapr.clients.exceptions import DaprGrpcError
from dapr.clients.grpc import conversation
from dapr.clients.grpc._jobs import ConstantFailurePolicy, Job
from dapr.proto.runtime.v1 import dapr_pb2_grpc
from dapr.proto.runtime.v1 import workflow_pb2 as messages
from google.protobuf.any_pb2 import Any
from google.protobuf.wrappers_pb2 import BytesValue


@pytest.fixture(scope="module")
def sidecar(module_sidecars):
    """The recorded ones have neither placement nor scheduler."""
    return module_sidecars.get("echo-app", ("--placement", "--scheduler"))


@pytest.fixture
def workflows(sidecar):
    return dapr_pb2_grpc.DaprStub(sidecar.channel)


def test_a_job_is_scheduled_read_and_deleted(client):
    data = Any()
    data.Pack(BytesValue(value=b"\x00\xff"))
    policy = ConstantFailurePolicy(max_retries=2, interval_seconds=3)
    job = Job("nightly", "@every 1h", 5, "10s", "48h", data, policy)
    client.schedule_job(job)
    read = client.get_job("nightly")
    assert (read.name, read.schedule, read.repeats) == ("nightly", "@every 1h", 5)
    assert (read.due_time, read.ttl, read.data) == ("10s", "48h", data)
    with pytest.raises(DaprGrpcError) as failure:
        client.schedule_job(job)
    assert failure.value.code() == grpc.StatusCode.ALREADY_EXISTS
    client.schedule_job(job, overwrite=True)
    client.delete_job("nightly")
    with pytest.raises(DaprGrpcError, match="job not found: nightly"):
        client.get_job("nightly")
    client.delete_job("nightly")


def test_the_older_names_of_jobs(client):
    client.schedule_job_alpha1(Job("old", due_time="2999-01-01T00:00:00Z"))
    assert client.get_job_alpha1("old").due_time == "2999-01-01T00:00:00Z"
    client.delete_job_alpha1("old")


def test_a_job_with_a_malformed_schedule_is_refused(client):
    with pytest.raises(DaprGrpcError) as failure:
        client.schedule_job(Job("bad", "61 * * * * *"))
    assert failure.value.error_code() == "DAPR_SCHEDULER_SCHEDULE_JOB"


def test_a_conversation(client):
    answer = client.converse_alpha1("echo", [conversation.ConversationInput("hello")])
    assert [output.result for output in answer.outputs] == ["hello"]
    inputs = conversation.ConversationInputAlpha2(
        messages=[
            conversation.create_system_message("be kind"),
            conversation.create_user_message("hello"),
        ]
    )
    answer = client.converse_alpha2("echo", [inputs], context_id="c", temperature=0.5)
    choice = answer.outputs[0].choices[0]
    assert (choice.message.content, choice.finish_reason) == ("be kind\nhello", "stop")
    assert answer.context_id == "c"


@pytest.mark.parametrize("version", ["Alpha1", "Beta1"])
def test_a_workflow_is_managed(workflows, version):
    def call(name, **fields):
        request = getattr(messages, f"{name}WorkflowRequest")(**fields)
        return getattr(workflows, f"{name}Workflow{version}")(request, timeout=10)

    id = call("Start", workflow_name="wf", input=b'{"n":1}').instance_id
    state = call("Get", instance_id=id)
    assert (state.workflow_name, state.runtime_status) == ("wf", "RUNNING")
    assert state.properties == {"dapr.workflow.input": '{"n":1}'}
    call("RaiseEvent", instance_id=id, event_name="e", event_data=b"1")
    call("Pause", instance_id=id)
    assert call("Get", instance_id=id).runtime_status == "SUSPENDED"
    call("Resume", instance_id=id)
    call("Terminate", instance_id=id)
    assert call("Get", instance_id=id).runtime_status == "TERMINATED"
    call("Purge", instance_id=id)
    assert call("Get", instance_id=id).runtime_status == ""
    with pytest.raises(grpc.RpcError) as failure:
        call("Terminate", instance_id=id)
    assert failure.value.code() == grpc.StatusCode.NOT_FOUND
