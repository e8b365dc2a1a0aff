using System.Net.Sockets;
using System.Text;
using ControlPlane.Testing;

namespace ControlPlane.Functional.Tests.Doors;

/// <summary>Clients that send the body of a request a byte at a time, at every door of the HTTP listener.</summary>
public sealed class SlowBodyTests(SharedServer shared) : SharedServerTest(shared)
{
    private static readonly (string Path, string ContentType)[] Doors =
    [
        ("/v1/events", "application/json"),
        ("/v1/webhooks", "application/json"),
        ("/cloudevents", "application/cloudevents+json"),
        ("/svix/api/v1/app", "application/json"),
        ("/platforms/wachat/api/v1/webhooks", "application/json"),
        ("/platforms/gowa/webhooks", "application/json"),
        ("/platforms/wawp/v2/webhook/set", "application/json"),
        ("/platforms/wazapin/v1/settings/developer/webhooks/endpoints", "application/json"),
        ("/platforms/wahooks/api/connections/c1/webhooks", "application/json"),
        ("/controlplane.v1.EventService/PublishEvent", "application/grpc-web+proto"),
    ];

    [Fact]
    public async Task Body_ThatDrips_IsCutOffAtEveryDoor()
    {
        var endings = await Task.WhenAll(Doors.Select(door => DripAsync(door.Path, door.ContentType)));

        Assert.All(endings, (ending, index) => Assert.True(
            ending.Contains(IsGrpc(index) ? "Grpc-Status: 4" : "HTTP/1.1 408 ", StringComparison.Ordinal), $"{Doors[index].Path} ended with {ending}"));
        Assert.Empty(await Tenant.ListAsync());
    }

    private static bool IsGrpc(int door) => Doors[door].ContentType.StartsWith("application/grpc", StringComparison.Ordinal);

    /// <summary>Sends the headers of a request and a byte of its body now and then until it is answered; returns the answer's headers.</summary>
    private async Task<string> DripAsync(string path, string contentType)
    {
        using var client = new TcpClient { NoDelay = true };
        var token = TestContext.Current.CancellationToken;
        await client.ConnectAsync(Server.Setup.Http.Host, Server.Setup.Http.Port, token);
        var stream = client.GetStream();
        await stream.WriteAsync(
            Encoding.ASCII.GetBytes(
                $"POST {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {(path.StartsWith("/svix", StringComparison.Ordinal) ? ServerSetup.PlatformKey : Tenant.Key)}\r\n"
                + $"Content-Type: {contentType}\r\nContent-Length: 100000\r\n\r\n"),
            token);
        // The frame of a message of 50,000 bytes, or the beginning of JSON.
        await stream.WriteAsync(contentType.StartsWith("application/grpc", StringComparison.Ordinal) ? new byte[] { 0, 0, 0, 0xC3, 0x50 } : "{"u8.ToArray(), token);
        using var reader = new StreamReader(stream);
        var answer = ReadHeadersAsync(reader, token);
        for (var sent = 0; sent < 600 && !answer.IsCompleted; sent++)
        {
            await Task.WhenAny(answer, Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, token));
            try
            {
                await stream.WriteAsync(" "u8.ToArray(), token);
            }
            catch (IOException)
            {
                // The server has closed its end.
                break;
            }
        }

        try
        {
            return await Eventually.InTimeAsync(answer, path);
        }
        catch (IOException e)
        {
            return e.Message;
        }
    }

    private static async Task<string> ReadHeadersAsync(StreamReader reader, CancellationToken token)
    {
        var headers = new StringBuilder();
        while (await reader.ReadLineAsync(token) is { Length: > 0 } line)
        {
            headers.AppendLine(line);
        }

        return headers.ToString();
    }
}
