using System.Collections.Immutable;
using System.Text.Json;

namespace SyncFunctions.Up;

/// <summary>
/// <c>infra/local/.run/state.json</c>: what a script needs to talk to the running stack. It is there while the stack runs, is
/// replaced as a whole when something in it changes, and only its owner may read it.
/// <code>
/// startedAt           when the stack started, UTC
/// app                 address of the function app, e.g. http://localhost:7071/
/// manage              address of the management API below it, ends with /
/// vendors             by system (synergy, tinyplus, …): address of the simulated vendor, ends with /; its control interface is _sim below it
/// azurite             blob, queue, table: addresses; connectionString: for any storage client
/// mail                smtp: port of the mail catcher; page: its address, mails.json below it; null where no mail is caught
/// keys                function: opens functions (header x-functions-key); master: opens the host's own addresses too
/// administrator       email, password: of the account that runs the app, as they were made; null where there is none
/// tenant, flow        ids of the demonstration, null without one; flows: its flows by pair
/// connections         by system: connection id, empty without a demonstration
/// processes           process ids: up, app, vendors, azurite; app changes when the app is started again
/// folder, logs        absolute paths of the run's folder and its logs
/// </code>
/// </summary>
public sealed record StateFile
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public required DateTimeOffset StartedAt { get; init; }

    public required Uri App { get; init; }

    public required Uri Manage { get; init; }

    public required ImmutableSortedDictionary<string, Uri> Vendors { get; init; }

    public required AzuriteState Azurite { get; init; }

    public MailState? Mail { get; init; }

    public required KeysState Keys { get; init; }

    public AdministratorState? Administrator { get; init; }

    public string? Tenant { get; init; }

    public string? Flow { get; init; }

    public ImmutableSortedDictionary<string, string> Flows { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    public ImmutableSortedDictionary<string, string> Connections { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    public required ProcessesState Processes { get; init; }

    public required string Folder { get; init; }

    public required string Logs { get; init; }

    /// <summary>Null when there is no such file.</summary>
    public static StateFile? Read(string path) =>
        File.Exists(path) ? JsonSerializer.Deserialize<StateFile>(File.ReadAllBytes(path), Json) : null;

    public void Write(string path)
    {
        var next = $"{path}.next";
        File.Delete(next);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var stream = new FileStream(next, options))
            JsonSerializer.Serialize(stream, this, Json);
        File.Move(next, path, overwrite: true);
    }
}

public sealed record AzuriteState(Uri Blob, Uri Queue, Uri Table, string ConnectionString);

public sealed record MailState(int Smtp, Uri Page);

/// <summary>The keys of the functions; the text shows neither.</summary>
public sealed record KeysState(string Function, string Master)
{
    public override string ToString() => "keys";
}

/// <summary>Who signs in to the dashboard first; the text shows no password.</summary>
public sealed record AdministratorState(string Email, string Password)
{
    public override string ToString() => Email;
}

public sealed record ProcessesState(int Up, int App, int Vendors, int Azurite);
