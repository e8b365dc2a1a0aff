using ControlPlane.Storage;

namespace ControlPlane.Server.Hosting.Offline;

/// <summary>What commands need of an engine while no server is on its store.</summary>
/// <param name="OpenSource">Opens the store at a place, a file or a connection string, to be copied.</param>
/// <param name="OpenTarget">Opens it to be copied into.</param>
/// <param name="Migrate">Brings its schema up to date and says what was done; null where every start does that, as nobody else has the store open.</param>
internal sealed record OfflineEngine(
    Func<string, Task<ICopySource>> OpenSource, Func<string, Task<ICopyTarget>> OpenTarget, Func<string, Task<string>>? Migrate = null);
