using System.CommandLine;
using ControlPlane.Cli.Output;
using ControlPlane.Cli.Values;
using ControlPlane.V1;
using Google.Protobuf.WellKnownTypes;

namespace ControlPlane.Cli.Commands;

/// <summary><c>hookctl keys</c></summary>
internal static class KeyCommands
{
    public static Command Create(CommandRunner runner) => new("keys", "API keys.")
    {
        CreateCreate(runner), CreateList(runner), CreateRevoke(runner),
    };

    private static Command CreateCreate(CommandRunner runner)
    {
        var name = Flags.Text("--name", "A name for people.");
        var scopes = Flags.Texts(
            "--scope",
            "What it may do: webhooks.read, webhooks.write, events.publish, events.read, deliveries.read, deliveries.write, admin.",
            "SCOPE");
        scopes.Required = true;
        scopes.DefaultValueFactory = null;
        var platform = new Option<bool>("--platform") { Description = "It acts for every tenant." };
        var webhooks = Flags.Texts("--webhook", "The only webhooks it is for. Default: all of the tenant's.", "WEBHOOK-ID");
        var expires = Flags.Time("--expires", "When it stops working; a duration counts from now. Default: never.");
        var command = new Command("create", "Makes an API key and shows it, this once.") { name, scopes, platform, webhooks, expires };
        return runner.Handle(command, async session =>
        {
            var key = new ApiKey
            {
                // A platform key belongs to no tenant, whatever HOOKCTL_TENANT says.
                TenantId = session.Get(platform) ? "" : session.Tenant,
                Platform = session.Get(platform),
                Name = session.Get(name),
                Scopes = { session.Get(scopes) },
                WebhookIds = { session.Get(webhooks) },
                ExpireTime = session.Get(expires) is { } time ? Timestamp.FromDateTimeOffset(time.After(session.Now)) : null,
            };
            var answer = await session.Server.Admin.CreateApiKeyAsync(new CreateApiKeyRequest { ApiKey = key }, session.Call());
            session.Print.Item(answer, AccessView.Fields(answer.ApiKey, answer.Secret));
            session.Print.Note("Keep the key now: it is not shown again.");
        });
    }

    private static Command CreateList(CommandRunner runner)
    {
        var list = new ListOptions();
        var command = new Command("list", "Lists API keys, newest first, never the keys themselves.");
        list.AddTo(command);
        return runner.Handle(command, session => list.RunAsync(session, AccessView.KeyColumns, async (size, token) =>
        {
            var page = await session.Server.Admin.ListApiKeysAsync(
                new ListApiKeysRequest { TenantId = session.Tenant, PageSize = size, PageToken = token }, session.Call());
            return (page.ApiKeys, page.NextPageToken);
        }));
    }

    private static Command CreateRevoke(CommandRunner runner)
    {
        var id = new Argument<string>("key-id") { Description = "The key's id, key_... (not the key itself)." };
        return runner.Handle(new Command("revoke", "Ends an API key at once.") { id }, async session =>
        {
            var answer = await session.Server.Admin.RevokeApiKeyAsync(
                new RevokeApiKeyRequest { ApiKeyId = session.Get(id) }, session.Call());
            session.Print.Item(answer.ApiKey, AccessView.Fields(answer.ApiKey));
        });
    }
}
