using Azure.Storage.Blobs;

namespace SyncFunctions.State;

/// <summary>The tables of the app and the containers of its blobs.</summary>
public sealed class StateTables
{
    private const string SweepsName = "sweeps";
    private const string PlansName = "plans";
    private const string ConflictsName = "conflicts";

    private readonly Dictionary<string, Table> _all = [];

    public StateTables(StateClients clients)
    {
        Tenants = Open("tenants");
        Connections = Open("connections");
        Flows = Open("flows");
        Projects = Open("projects");
        Due = Open("due");
        Links = Open("links");
        Runs = Open("runs");
        Log = Open("log");
        ApiCalls = Open("apicalls");
        Activity = Open("activity");
        Lookups = Open("lookups");
        Locks = Open("locks");
        Budgets = Open("budgets");
        Conflicts = Open("conflicts");
        Claims = Open("claims");
        Notices = Open("notices");
        Audit = Open("audit");
        People = Open("people");
        Members = Open("members");
        Sweeps = clients.Blobs.GetBlobContainerClient($"{clients.Prefix}{SweepsName}");
        Plans = clients.Blobs.GetBlobContainerClient($"{clients.Prefix}{PlansName}");
        ConflictValues = clients.Blobs.GetBlobContainerClient($"{clients.Prefix}{ConflictsName}");

        Table Open(string name)
        {
            var table = new Table(clients.Tables.GetTableClient($"{clients.Prefix}{name}"));
            _all.Add(name, table);
            return table;
        }
    }

    /// <summary>Of all tables, as they are called where there is no prefix.</summary>
    public IReadOnlyCollection<string> Names => _all.Keys;

    /// <summary>Of all containers, likewise.</summary>
    public static IReadOnlyCollection<string> Containers { get; } = [SweepsName, PlansName, ConflictsName];

    internal Table Tenants { get; }
    internal Table Connections { get; }
    internal Table Flows { get; }
    internal Table Projects { get; }
    internal Table Due { get; }
    internal Table Links { get; }
    internal Table Runs { get; }
    internal Table Log { get; }
    internal Table ApiCalls { get; }
    internal Table Activity { get; }
    internal Table Lookups { get; }
    internal Table Locks { get; }
    internal Table Budgets { get; }
    internal Table Conflicts { get; }
    internal Table Claims { get; }
    internal Table Notices { get; }
    internal Table Audit { get; }
    internal Table People { get; }
    internal Table Members { get; }
    internal BlobContainerClient Sweeps { get; }
    internal BlobContainerClient Plans { get; }
    internal BlobContainerClient ConflictValues { get; }

    /// <summary>Asks for a row that is not there: whether tables answer.</summary>
    public Task AskAsync(CancellationToken cancellation) => Tenants.GetAsync("-", "-", cancellation);

    /// <summary>Creates what does not exist yet. Once at the start of the app; harmless when repeated.</summary>
    public Task CreateAsync(CancellationToken cancellation) => Task.WhenAll(
    [
        .. _all.Values.Select(table => table.CreateAsync(cancellation)),
        Sweeps.CreateIfNotExistsAsync(cancellationToken: cancellation),
        Plans.CreateIfNotExistsAsync(cancellationToken: cancellation),
        ConflictValues.CreateIfNotExistsAsync(cancellationToken: cancellation),
    ]);
}
