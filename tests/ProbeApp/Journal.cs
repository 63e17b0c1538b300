namespace SyncFunctions.ProbeApp;

/// <summary>
/// What the functions did, a line each: time, function and text with tabs between. Every process has a file of its own in the folder,
/// named by its id, so that several can write and one that is killed leaves what it had done.
/// </summary>
public sealed class Journal(string folder)
{
    private readonly Lock _gate = new();
    private readonly string _file = Path.Combine(Directory.CreateDirectory(folder).FullName, $"{Environment.ProcessId}.journal");

    /// <summary>Adds a line; it is with the operating system when this returns.</summary>
    public void Add(string function, string text)
    {
        lock (_gate) File.AppendAllText(_file, $"{DateTimeOffset.UtcNow:O}\t{function}\t{text}\n");
    }
}
