using System.CommandLine;
using ControlPlane.Cli.Errors;
using Grpc.Health.V1;

namespace ControlPlane.Cli.Commands;

/// <summary><c>hookctl health</c></summary>
internal static class HealthCommand
{
    public static Command Create(CommandRunner runner) => runner.Handle(
        new Command("health", "Shows whether the server takes calls, and needs no key: SERVING, or exit code 1."),
        async session =>
        {
            var answer = await session.Server.Health.CheckAsync(new HealthCheckRequest(), session.Call());
            session.Print.Line(answer.Status is HealthCheckResponse.Types.ServingStatus.Serving ? "SERVING" : "NOT_SERVING");
            return answer.Status is HealthCheckResponse.Types.ServingStatus.Serving ? ExitCodes.Ok : ExitCodes.Failed;
        });
}
