using System.Diagnostics.CodeAnalysis;
using ControlPlane.CrashPoints;

/// <summary>What the runtime calls before the server's own code, because <c>DOTNET_STARTUP_HOOKS</c> names this assembly.</summary>
[SuppressMessage("Design", "CA1050:Declare types in namespaces", Justification = "The runtime looks for it without one.")]
[SuppressMessage("Performance", "CA1515:Consider making public types internal", Justification = "The runtime calls it.")]
internal static class StartupHook
{
    public static void Initialize()
    {
        if (Environment.GetEnvironmentVariable(CrashPoint.Variable) is not { Length: > 0 } text)
        {
            return;
        }

        var point = CrashPoint.Parse(text);
        switch (point.Place)
        {
            case Place.StatementBegins or Place.StatementEnded:
                SqliteStatements.Watch(point);
                break;
            case Place.RuntimeEvent:
                RuntimeEvents.Watch(point);
                break;
            default:
                SqliteFiles.Watch(point);
                break;
        }
    }
}
