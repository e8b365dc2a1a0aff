"""Makes the calls that come as lines of JSON on standard input, with Python's gRPC; prints each result as a line of JSON."""
import json
import sys

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory


def load(path):
    files = descriptor_pb2.FileDescriptorSet()
    with open(path, "rb") as source:
        files.ParseFromString(source.read())
    pool = descriptor_pool.DescriptorPool()
    for file in files.file:
        pool.Add(file)
    return pool


def call(channel, pool, factory, ask):
    service, name = ask["method"].rsplit("/", 1)
    method = pool.FindServiceByName(service).FindMethodByName(name)
    requests = [json_format.ParseDict(r, factory.GetPrototype(method.input_type)()) for r in ask["requests"]]
    kind = ("stream" if ask["clientStreaming"] else "unary") + "_" + ("stream" if ask["serverStreaming"] else "unary")
    stub = getattr(channel, kind)(
        "/" + ask["method"],
        request_serializer=lambda message: message.SerializeToString(),
        response_deserializer=factory.GetPrototype(method.output_type).FromString)
    metadata = [("authorization", "Bearer " + ask["key"])]
    pending = stub(iter(requests) if ask["clientStreaming"] else requests[0], metadata=metadata, timeout=60)
    if not ask["serverStreaming"]:
        return [pending]
    answers = []
    for answer in pending:
        answers.append(answer)
        if len(answers) == ask.get("take"):
            pending.cancel()
            break
    return answers


def main():
    address, descriptors = sys.argv[1:]
    pool = load(descriptors)
    factory = message_factory.MessageFactory(pool)
    with grpc.insecure_channel(address) as channel:
        for line in sys.stdin:
            try:
                answers = call(channel, pool, factory, json.loads(line))
                result = {"code": 0, "answers": [json_format.MessageToDict(a) for a in answers]}
            except grpc.RpcError as error:
                result = {"code": error.code().value[0], "message": error.details()}
            print(json.dumps(result), flush=True)


main()
