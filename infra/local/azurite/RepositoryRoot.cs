namespace SyncFunctions.Local;

/// <summary>Where the repository is that this program was built from.</summary>
public static class RepositoryRoot
{
    /// <summary>The folder that holds SyncFunctions.sln, found upward from the program's own folder.</summary>
    /// <exception cref="InvalidOperationException">The program runs outside the repository.</exception>
    public static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "SyncFunctions.sln")))
                return folder.FullName;
        }

        throw new InvalidOperationException($"No SyncFunctions.sln above {AppContext.BaseDirectory}: run this from a clone of the repository.");
    }
}
