using ControlPlane.Cli;

return await HookctlApp.RunAsync(args, CliHost.ForProcess(TimeProvider.System));
