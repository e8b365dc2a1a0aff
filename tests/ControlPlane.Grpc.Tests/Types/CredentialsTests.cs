using System.Text;
using Grpc.Core;

namespace ControlPlane.Grpc.Tests.Types;

public sealed class CredentialsTests
{
    private static readonly CallCredentials Token = CallCredentials.FromInterceptor((_, _) => Task.CompletedTask);

    [Fact]
    public void ChannelCredentials_EachKind_TellsWhatItIs()
    {
        var ssl = new SslCredentials("roots", new KeyCertificatePair("chain", "key"), _ => true);

        Assert.Equal(["insecure"], Told(ChannelCredentials.Insecure));
        Assert.Equal(["ssl ,,False"], Told(ChannelCredentials.SecureSsl));
        Assert.Equal(["ssl roots,chain key,True"], Told(ssl));
        Assert.Equal(["composite", "ssl roots,chain key,True", "interceptor"], Told(ChannelCredentials.Create(ssl, Token)));
    }

    [Fact]
    public void Create_OverPlainText_IsRefused() =>
        Assert.Throws<ArgumentException>(
            "channelCredentials", () => ChannelCredentials.Create(ChannelCredentials.Insecure, Token));

    [Fact]
    public void Compose_Credentials_TellsAllParts()
    {
        var told = new List<string>();
        CallCredentials.Compose(Token, CallCredentials.Compose(Token)).InternalPopulateConfiguration(new CallTeller(), told);

        Assert.Equal(["composite", "interceptor", "composite", "interceptor"], told);
    }

    [Fact]
    public void Compose_Nothing_IsRefused()
    {
        Assert.Throws<ArgumentException>("credentials", () => CallCredentials.Compose());
        Assert.Throws<ArgumentException>("credentials", () => CallCredentials.Compose(Token, null!));
    }

    [Fact]
    public void AuthContext_Properties_AreFoundByName()
    {
        var name = AuthProperty.Create("name", Encoding.UTF8.GetBytes("zoë"));
        var context = new AuthContext("name", new() { ["name"] = [name], ["key"] = [AuthProperty.Create("key", [1])] });

        Assert.True(context.IsPeerAuthenticated);
        Assert.Equal("zoë", Assert.Single(context.PeerIdentity).Value);
        Assert.Equal([1], Assert.Single(context.FindPropertiesByName("key")).ValueBytes);
        Assert.Empty(context.FindPropertiesByName("other"));
        Assert.Equal(2, context.Properties.Count());
    }

    [Fact]
    public void AuthContext_WithoutIdentity_IsNotAuthenticated()
    {
        var context = new AuthContext(null, []);

        Assert.False(context.IsPeerAuthenticated);
        Assert.Empty(context.PeerIdentity);
    }

    private static List<string> Told(ChannelCredentials credentials)
    {
        var told = new List<string>();
        credentials.InternalPopulateConfiguration(new ChannelTeller(), told);
        return told;
    }

    private sealed class ChannelTeller : ChannelCredentialsConfiguratorBase
    {
        public override void SetInsecureCredentials(object? state) => ((List<string>)state!).Add("insecure");

        public override void SetSslCredentials(
            object? state,
            string? rootCertificates,
            KeyCertificatePair? keyCertificatePair,
            VerifyPeerCallback? verifyPeerCallback)
        {
            var pair = keyCertificatePair is null ? "" : $"{keyCertificatePair.CertificateChain} {keyCertificatePair.PrivateKey}";
            ((List<string>)state!).Add($"ssl {rootCertificates},{pair},{verifyPeerCallback is not null}");
        }

        public override void SetCompositeCredentials(
            object? state, ChannelCredentials channelCredentials, CallCredentials callCredentials)
        {
            ((List<string>)state!).Add("composite");
            channelCredentials.InternalPopulateConfiguration(this, state);
            callCredentials.InternalPopulateConfiguration(new CallTeller(), state);
        }
    }

    private sealed class CallTeller : CallCredentialsConfiguratorBase
    {
        public override void SetAsyncAuthInterceptorCredentials(object? state, AsyncAuthInterceptor interceptor) =>
            ((List<string>)state!).Add("interceptor");

        public override void SetCompositeCredentials(object? state, IReadOnlyList<CallCredentials> credentials)
        {
            ((List<string>)state!).Add("composite");
            foreach (var part in credentials)
            {
                part.InternalPopulateConfiguration(this, state);
            }
        }
    }
}
