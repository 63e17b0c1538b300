using SyncFunctions.Local;

namespace SyncFunctions.Up;

/// <summary>The folder of a run: what is stored, the logs and <c>state.json</c>. One run at a time holds it.</summary>
public sealed class RunFolder : IDisposable
{
    private readonly FileStream _lock;

    private RunFolder(string path, FileStream lockFile) => (Path, _lock) = (path, lockFile);

    public string Path { get; }

    public string Data => System.IO.Path.Combine(Path, "data");

    public string AzuriteData => System.IO.Path.Combine(Data, "azurite");

    public string VendorsData => System.IO.Path.Combine(Data, "vendors");

    /// <summary>The keys of the functions.</summary>
    public string HostKeyFile => System.IO.Path.Combine(Data, "host-keys.json");

    /// <summary>The key that stored secrets are encrypted with.</summary>
    public string SecretKeyFile => System.IO.Path.Combine(Data, "secret.key");

    /// <summary>The first password of the administrator.</summary>
    public string PasswordFile => System.IO.Path.Combine(Data, "administrator-password.txt");

    public string StateFile => System.IO.Path.Combine(Path, "state.json");

    public string Log(string name) => System.IO.Path.Combine(Path, "logs", $"{name}.log");

    /// <summary>Where the options put it: the modes that end by themselves have places of their own beside the ordinary run.</summary>
    public static string Place(UpOptions options)
    {
        var usual = System.IO.Path.Combine(RepositoryRoot.Find(), "infra", "local", ".run");
        return options switch
        {
            { Data: { } given } => System.IO.Path.GetFullPath(given),
            { Mode: UpMode.Smoke } => System.IO.Path.Combine(usual, "smoke"),
            { Mode: UpMode.Load or UpMode.LoadDebian } => System.IO.Path.Combine(usual, "load"),
            _ => usual,
        };
    }

    /// <summary>Takes the folder; the logs of the run before are gone, and with <paramref name="fresh"/> what it stored too.</summary>
    /// <exception cref="UpFailure">Another run holds it, or it cannot be written.</exception>
    public static RunFolder Take(string path, bool fresh)
    {
        FileStream lockFile;
        try
        {
            Directory.CreateDirectory(path);
            lockFile = new FileStream(System.IO.Path.Combine(path, "up.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new UpFailure(
                File.Exists(System.IO.Path.Combine(path, "up.lock")) && problem is not UnauthorizedAccessException
                    ? $"The local stack is running already with {path}; stop it first, or name another folder with --data."
                    : $"The folder {path} cannot be written: {problem.Message}",
                problem);
        }

        var folder = new RunFolder(path, lockFile);
        folder.Clear("logs");
        if (fresh)
            folder.Clear("data");
        Directory.CreateDirectory(folder.Data);
        return folder;
    }

    public void Dispose() => _lock.Dispose();

    private void Clear(string name)
    {
        var folder = System.IO.Path.Combine(Path, name);
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
    }
}
