namespace ControlPlane.Server;

/// <summary>The registry of log event ids: the first id of each room. A room uses the ids from there to the next room's first one.</summary>
internal static class EventIds
{
    public const int Api = 1000;
    public const int Hardening = 1050;
    public const int Access = 1100;
    public const int Catalog = 1150;
    public const int Administration = 1170;
    public const int Webhooks = 1200;
    public const int Secrets = 1260;
    public const int EventTypes = 1280;
    public const int Filtering = 1290;
    public const int Dispatching = 1300;
    public const int Sending = 1400;
    public const int Recording = 1500;
    public const int Redriving = 1600;
    public const int Watching = 1700;
    public const int Maintenance = 1800;
    public const int Hosting = 1900;
}
