using System.Diagnostics;
using System.Text.Json;
using Microsoft.Extensions.Hosting;

namespace SyncFunctions.Vendors;

/// <summary>
/// Keeps the vendors' state on disk. A file is replaced as a whole by a rename, a quarter of a second after a change,
/// or, where writing takes long, after ten times as long as it took; what is left is written at the end.
/// </summary>
internal sealed partial class SimStorage : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);
    private readonly IReadOnlyList<StateFile> _files;
    private readonly ILogger<SimStorage> _log;

    public SimStorage(string? data, IReadOnlyList<SimSystem> systems, ILogger<SimStorage> log)
    {
        _log = log;
        _files = data switch
        {
            null => [],
            _ when data.EndsWith(".json", StringComparison.OrdinalIgnoreCase) => [new StateFile(data, systems)],
            _ => [.. systems.Select(system => new StateFile(Path.Combine(data, $"{system.Definition.Name}.json"), [system]))],
        };
    }

    /// <summary>Takes over what is on disk; a system that has nothing there starts anew.</summary>
    public static void Load(string? data, IReadOnlyList<SimSystem> systems, bool seed)
    {
        foreach (var system in systems)
        {
            var path = data is null || data.EndsWith(".json", StringComparison.OrdinalIgnoreCase) ? data : Path.Combine(data, $"{system.Definition.Name}.json");
            if (path is null || !File.Exists(path) || !SimState.TryRead(path, system))
                system.Reset(seed);
        }
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        foreach (var file in _files)
            file.WriteIfChanged();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            var longest = TimeSpan.Zero;
            foreach (var file in _files)
            {
                try
                {
                    var clock = Stopwatch.GetTimestamp();
                    if (file.WriteIfChanged() && Stopwatch.GetElapsedTime(clock) is var took && took > longest)
                        longest = took;
                }
                catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
                {
                    // Kept in memory and tried again; a full disk must not stop the vendor.
                    Log.WriteFailed(_log, file.Path, problem);
                }
            }

            var pause = longest * 10;
            await Task.Delay(pause > Pause ? pause : Pause, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private sealed class StateFile(string path, IReadOnlyList<SimSystem> systems)
    {
        private long _written = -1;

        public string Path { get; } = path;

        public bool WriteIfChanged()
        {
            var changes = systems.Sum(system => system.Changes);
            if (changes == _written)
                return false;
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(Path))!);
            var next = Path + ".next";
            using (var stream = File.Create(next))
            {
                using (var json = new Utf8JsonWriter(stream))
                    SimState.Write(json, systems);
                stream.Flush(flushToDisk: true);
            }

            File.Move(next, Path, overwrite: true);
            _written = changes;
            return true;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "The state of the simulated vendors could not be written to {Path}")]
        public static partial void WriteFailed(ILogger log, string path, Exception problem);
    }
}

/// <summary>The stored form of a vendor's state.</summary>
internal static class SimState
{
    public static void Write(Utf8JsonWriter json, IReadOnlyList<SimSystem> systems)
    {
        json.WriteStartObject();
        foreach (var system in systems)
        {
            json.WriteStartObject(system.Definition.Name);
            json.WritePropertyName("settings");
            JsonSerializer.Serialize(json, system.Settings, SimJson.Options);
            json.WritePropertyName("grants");
            JsonSerializer.Serialize(json, system.Tokens.All, SimJson.Options);
            json.WriteStartArray("accounts");
            foreach (var account in system.Accounts)
                WriteAccount(json, account);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    /// <summary>Puts back the state of one system; false when the file says nothing about it.</summary>
    public static bool TryRead(string path, SimSystem system)
    {
        using var stream = File.OpenRead(path);
        using var document = JsonDocument.Parse(stream);
        if (!document.RootElement.TryGetProperty(system.Definition.Name, out var state))
            return false;
        foreach (var account in state.GetProperty("accounts").EnumerateArray())
            ReadAccount(account, system.AddAccount(account.GetProperty("slug").GetString()!, account.GetProperty("name").GetString()!)!);
        foreach (var grant in state.GetProperty("grants").Deserialize<SimGrant[]>(SimJson.Options)!)
            system.Tokens.Restore(grant);
        system.Apply(state.GetProperty("settings").Deserialize<SimSettings>(SimJson.Options)!);
        return true;
    }

    private static void WriteAccount(Utf8JsonWriter json, SimAccount account)
    {
        KeyValuePair<string, long>[] sequences;
        (SimKind Kind, SimRecord[] Records)[] tables;
        lock (account.Gate)
        {
            sequences = [.. account.Sequences];
            tables = [.. account.Tables.Select(table => (table.Kind, table.Truth.ByNumber.ToArray()))];
        }

        json.WriteStartObject();
        json.WriteString("slug", account.Slug);
        json.WriteString("name", account.Name);
        json.WriteStartObject("sequences");
        foreach (var (name, last) in sequences)
            json.WriteNumber(name, last);
        json.WriteEndObject();
        json.WriteStartObject("tables");
        foreach (var (kind, records) in tables)
        {
            json.WriteStartArray(kind.Name);
            foreach (var record in records)
            {
                json.WriteStartObject();
                json.WriteNumber("$number", record.Number);
                json.WriteString("$id", record.Id);
                json.WriteString("$created", record.Created);
                json.WriteString("$modified", record.Modified);
                kind.Shape.WriteStored(json, record.Values);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void ReadAccount(JsonElement json, SimAccount account)
    {
        var sequences = json.GetProperty("sequences").EnumerateObject().ToDictionary(entry => entry.Name, entry => entry.Value.GetInt64());
        foreach (var table in json.GetProperty("tables").EnumerateObject())
        {
            var kind = account.System.Kind(table.Name) ?? throw new InvalidDataException($"The stored state names an unknown kind: {table.Name}.");
            account.Restore(sequences, kind, [.. table.Value.EnumerateArray().Select(record => ReadRecord(record, kind))]);
        }
    }

    private static SimRecord ReadRecord(JsonElement json, SimKind kind)
    {
        var values = new object?[kind.Shape.Stored.Count];
        var problems = new List<SimProblem>();
        kind.Shape.Read(json, values, problems);
        if (problems.Count > 0)
            throw new InvalidDataException($"A stored record of {kind.Name} cannot be read: {problems[0]}.");
        return new SimRecord(
            kind,
            json.GetProperty("$number").GetInt64(),
            json.GetProperty("$id").GetString()!,
            json.GetProperty("$created").GetDateTimeOffset(),
            json.GetProperty("$modified").GetDateTimeOffset(),
            values);
    }
}
