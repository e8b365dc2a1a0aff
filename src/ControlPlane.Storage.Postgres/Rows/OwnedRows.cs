namespace ControlPlane.Storage.Postgres;

/// <summary>
/// Conditions that rows x are of one owner, by its id. Of an equality alone the planner guesses that an owner has its share of every day, and
/// where owners are few it walks over the rows of all of them. The bounds say nothing new, but with them it guesses so few rows that it takes
/// the index that holds the owner's, in their order.
/// </summary>
internal static class OwnedRows
{
    private const string Tenant = "(SELECT seq FROM tenants WHERE id = {0})";
    private const string Webhook = "(SELECT seq FROM webhooks WHERE id = {0})";

    public const string OfTenant = "x.tenant_seq = " + Tenant + " AND x.tenant_seq BETWEEN " + Tenant + " AND " + Tenant;
    public const string OfWebhook = "x.webhook_seq = " + Webhook + " AND x.webhook_seq BETWEEN " + Webhook + " AND " + Webhook;
}
