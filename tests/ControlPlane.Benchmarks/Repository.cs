namespace ControlPlane.Benchmarks;

/// <summary>Where this program was built.</summary>
internal static class Repository
{
    /// <summary>The folder of the solution, or where the program was started if that is not known.</summary>
    public static string Root
    {
        get
        {
            for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            {
                if (File.Exists(Path.Combine(folder.FullName, "ControlPlane.sln")))
                {
                    return folder.FullName;
                }
            }

            return Environment.CurrentDirectory;
        }
    }
}
