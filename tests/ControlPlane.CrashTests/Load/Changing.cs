using System.Collections.Immutable;
using ControlPlane.CrashTests.Ledger;
using ControlPlane.CrashTests.Receiving;
using ControlPlane.Signing;
using ControlPlane.V1;
using Google.Protobuf.WellKnownTypes;

namespace ControlPlane.CrashTests.Load;

/// <summary>One client that creates, updates, disables, rotates and deletes webhooks without end.</summary>
internal sealed class Changing(Func<Mailbox> open)
{
    /// <summary>How many attempts the webhooks' policy allows.</summary>
    public const int MaxAttempts = 4;

    private const int SecretsAtOnce = 5;
    private const int MostAtOnce = 8;
    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(120);
    private static readonly string[] Patterns = ["*", "order.*", "order.paid", "message.*", "message.new", "stock.low"];

    private int _created;

    public async Task RunAsync(Stage stage, Random random)
    {
        while (stage.GoesOn)
        {
            await stage.PaceAsync(random, 40);
            var webhooks = stage.Ledger.Webhooks.Where(w => w.Latest.Exists).ToList();
            if (webhooks.Count < MostAtOnce && random.Next(6) == 0)
            {
                _created++;
                await CreateAsync(stage, $"short-{_created}", open(), lasting: false, [Patterns[random.Next(Patterns.Length)]]);
            }
            else if (webhooks.Count > 0)
            {
                await ChangeAsync(stage, random, webhooks[random.Next(webhooks.Count)]);
            }
        }
    }

    public static async Task CreateAsync(Stage stage, string name, Mailbox mailbox, bool lasting, ImmutableArray<string> types)
    {
        var webhook = new KnownWebhook(name, mailbox, lasting);
        webhook.Changing(new(Stage.Now, WebhookVersion.Never)
        {
            Exists = true,
            EventTypes = types,
            Description = name,
            Secrets = [WebhookSecret.Generate()],
        });
        stage.Ledger.Add(webhook);
        await SendCreateAsync(stage, webhook);
    }

    /// <summary>Finds out about a change whose answer was lost; false if the server died meanwhile.</summary>
    public static async Task<bool> SettleAsync(Stage stage, KnownWebhook webhook)
    {
        var asked = webhook.Latest;
        if (webhook.Id.Length == 0)
        {
            // Creating it again with the same request id answers the one that was made, or makes it.
            return await SendCreateAsync(stage, webhook);
        }

        var reply = await stage.CallAsync("settle", c => c.Webhooks.GetWebhookAsync(new() { WebhookId = webhook.Id }), "NOT_FOUND");
        if (reply.IsLost)
        {
            return false;
        }

        var found = reply.Value?.Webhook;
        if (asked.Exists ? found is not null && Matches(found, asked) : found is null)
        {
            webhook.Changed(Stage.Now);
            return true;
        }

        webhook.Unchanged();
        stage.Ledger.Violations.Unless(
            found is not null && Matches(found, webhook.Latest),
            $"Webhook {webhook.Id} is neither what it was ({webhook.Latest}) nor what it was to be ({asked}): {found}");
        return true;
    }

    /// <summary>Whether a webhook is as a version says.</summary>
    public static bool Matches(Webhook found, WebhookVersion version) =>
        found.Description == version.Description
        && found.Enabled == version.Enabled
        && found.EventTypes.SequenceEqual(version.EventTypes)
        && found.Secrets.Select(s => s.Hint).SequenceEqual(version.Secrets.Select(WebhookSecret.Hint));

    /// <summary>Enables it, so that what waits for it is sent.</summary>
    public static Task EnableAsync(Stage stage, KnownWebhook webhook) =>
        UpdateAsync(stage, webhook, webhook.Latest with { Enabled = true });

    private static async Task<bool> SendCreateAsync(Stage stage, KnownWebhook webhook)
    {
        var version = webhook.Latest;
        var reply = await stage.CallAsync("webhook change", c => c.Webhooks.CreateWebhookAsync(new()
        {
            RequestId = webhook.RequestId,
            Secret = version.Secrets[0],
            Webhook = new()
            {
                Url = webhook.Mailbox.Url,
                EventTypes = { version.EventTypes },
                Description = version.Description,
                Timeout = Duration.FromTimeSpan(TimeSpan.FromSeconds(60)),
                RetryPolicy = new()
                {
                    Fixed = new() { Delay = Duration.FromTimeSpan(RetryDelay) },
                    MaxAttempts = MaxAttempts,
                    NonRetryableStatuses = { Behaviours.Final },
                },
            },
        }));
        if (reply.Value is not { } answer)
        {
            return false;
        }

        webhook.Id = answer.Webhook.Id;
        Acknowledged(stage, webhook);
        stage.Ledger.Violations.Unless(
            Matches(answer.Webhook, version), $"Webhook {webhook.Id} was to be created as {version} and is {answer.Webhook}");
        return true;
    }

    private static Task ChangeAsync(Stage stage, Random random, KnownWebhook webhook)
    {
        var latest = webhook.Latest;
        return random.Next(10) switch
        {
            < 3 when !webhook.IsLasting => DeleteAsync(stage, webhook),
            < 3 => RotateAsync(stage, webhook, keepOlder: random.Next(3) > 0),
            < 5 => UpdateAsync(stage, webhook, latest with { Enabled = !latest.Enabled }),
            _ => UpdateAsync(stage, webhook, latest with { EventTypes = [Patterns[random.Next(Patterns.Length)]] }),
        };
    }

    private static async Task UpdateAsync(Stage stage, KnownWebhook webhook, WebhookVersion next)
    {
        next = next with { From = Stage.Now, Until = WebhookVersion.Never, Description = $"{webhook.RequestId} at {Stage.Now}" };
        webhook.Changing(next);
        var reply = await stage.CallAsync("webhook change", c => c.Webhooks.UpdateWebhookAsync(new()
        {
            Webhook = new() { Id = webhook.Id, Enabled = next.Enabled, EventTypes = { next.EventTypes }, Description = next.Description },
            UpdateMask = FieldMask.FromString("enabled,event_types,description"),
        }));
        if (reply.Value is not null)
        {
            Acknowledged(stage, webhook);
        }
    }

    private static async Task RotateAsync(Stage stage, KnownWebhook webhook, bool keepOlder)
    {
        var latest = webhook.Latest;
        var secret = WebhookSecret.Generate();
        ImmutableArray<string> older = keepOlder ? [.. latest.Secrets.Take(SecretsAtOnce - 1)] : [];
        webhook.Changing(latest with { From = Stage.Now, Until = WebhookVersion.Never, Secrets = [secret, .. older] });
        var reply = await stage.CallAsync("webhook change", c => c.Webhooks.RotateSecretAsync(new()
        {
            WebhookId = webhook.Id,
            Secret = secret,
            GracePeriod = keepOlder ? null : new Duration(),
        }));
        if (reply.Value is not null)
        {
            Acknowledged(stage, webhook);
        }
    }

    private static async Task DeleteAsync(Stage stage, KnownWebhook webhook)
    {
        webhook.Changing(webhook.Latest with { From = Stage.Now, Until = WebhookVersion.Never, Exists = false });
        var reply = await stage.CallAsync("webhook change", c => c.Webhooks.DeleteWebhookAsync(new() { WebhookId = webhook.Id }));
        if (reply.Value is not null)
        {
            Acknowledged(stage, webhook);
        }
    }

    private static void Acknowledged(Stage stage, KnownWebhook webhook)
    {
        webhook.Changed(Stage.Now);
        stage.Ledger.CountWebhookChange();
    }
}
