using ControlPlane.Server.Access;
using ControlPlane.V1;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace ControlPlane.Server.Tests.Access;

public sealed class AccessRulesTests
{
    private readonly AccessRules _rules = AccessRules.FromContract();

    [Fact]
    public void FromContract_EveryOwnMethod_HasItsScope()
    {
        FileDescriptor[] files =
        [
            AdminServiceReflection.Descriptor, WebhookServiceReflection.Descriptor, EventServiceReflection.Descriptor,
            DeliveryServiceReflection.Descriptor,
        ];
        Assert.All(files.SelectMany(file => file.Services).SelectMany(service => service.Methods), method =>
            Assert.Contains(_rules.Of($"/{method.Service.FullName}/{method.Name}").Scope, Scopes.InOrder.Append(Scopes.Any)));
    }

    [Theory]
    [InlineData("/controlplane.v1.AdminService/CreateTenant", "admin", true)]
    [InlineData("/controlplane.v1.AdminService/GetTenant", "admin", false)]
    [InlineData("/controlplane.v1.AdminService/GetCaller", "any", false, true)]
    [InlineData("/controlplane.v1.EventService/PublishEvent", "events.publish", false)]
    [InlineData("/grpc.health.v1.Health/Check", null, false)]
    [InlineData("/grpc.health.v1.Health/List", null, false)]
    [InlineData("/grpc.health.v1.Health/Watch", null, false)]
    [InlineData("/grpc.reflection.v1.ServerReflection/ServerReflectionInfo", null, false)]
    [InlineData("/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo", null, false)]
    public void Of_Method_WhatTheContractSays(string method, string? scope, bool platformOnly, bool someWebhooks = false) =>
        Assert.Equal(new AccessRule(scope, platformOnly, someWebhooks), _rules.Of(method));

    [Fact]
    public void Of_MethodNothingIsKnownOf_Throws() =>
        Assert.Throws<InvalidOperationException>(() => _rules.Of("/other.v1.Service/Method"));

    [Theory]
    [InlineData(null)]
    [InlineData("everything")]
    public void New_MethodWithoutAKnownScope_Throws(string? scope)
    {
        var method = new MethodDescriptorProto { Name = "Forgotten", InputType = ".controlplane.v1.M", OutputType = ".controlplane.v1.M" };
        if (scope is not null)
        {
            method.Options = new();
            method.Options.SetExtension(AccessExtensions.RequiredScope, scope);
        }

        var file = new FileDescriptorProto
        {
            Name = "forgotten.proto",
            Package = "controlplane.v1",
            Syntax = "proto3",
            MessageType = { new DescriptorProto { Name = "M" } },
            Service = { new ServiceDescriptorProto { Name = "S", Method = { method } } },
        };
        var built = FileDescriptor.BuildFromByteStrings(
            [file.ToByteString()], new ExtensionRegistry { AccessExtensions.RequiredScope });
        var failure = Assert.Throws<InvalidOperationException>(() => new AccessRules(built));
        Assert.Contains("controlplane.v1.S.Forgotten", failure.Message, StringComparison.Ordinal);
    }
}
