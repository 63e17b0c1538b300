using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Routing;

namespace SyncFunctions.Vendors;

/// <summary>A person who can sign in to an account.</summary>
internal sealed record SimUser(string Key, string Name, bool IsAdmin)
{
    public string Email(string account) => $"{Key}@{account}.example";
}

/// <summary>What makes one vendor different from the next.</summary>
internal sealed record SimDefinition
{
    public required string Name { get; init; }

    public required string Title { get; init; }

    public required IReadOnlyList<SimKind> Kinds { get; init; }

    public required SimFormat Format { get; init; }

    public required SimSettings Settings { get; init; }

    /// <summary>A long-lived token that needs no sign-in. Followed by <c>-member</c> it is an ordinary user's, by <c>.slug</c> another account's.</summary>
    public required string StaticToken { get; init; }

    /// <summary>Sample records, by kind in reference order, in the vendor's own field names.</summary>
    public required string SeedResource { get; init; }

    /// <summary>The vendor's error body for a status and a message.</summary>
    public required Func<int, string, IResult> Error { get; init; }

    /// <summary>How it tells of changes; null where it does not.</summary>
    public SimWebhookRules? Webhooks { get; init; }

    /// <summary>Maps the vendor's own paths.</summary>
    public required Action<IEndpointRouteBuilder, SimSystem> Map { get; init; }
}

/// <summary>One running vendor: its accounts, tokens, settings, faults and call counts.</summary>
internal sealed class SimSystem
{
    public const string FirstAccount = "demo";

    public static readonly IReadOnlyList<SimUser> Users = [new("admin", "Account administrator", IsAdmin: true), new("member", "Ordinary user", IsAdmin: false)];

    private readonly ConcurrentDictionary<string, SimAccount> _accounts = new(StringComparer.OrdinalIgnoreCase);
    private long _changes;

    public SimSystem(SimDefinition definition, VendorServerOptions options)
    {
        Definition = definition;
        Options = options;
        Settings = definition.Settings;
        Tokens = new SimTokens(this);
        Stats = new SimStats(options.Time);
        Webhooks = new SimWebhooks(this);
    }

    public SimDefinition Definition { get; }

    public VendorServerOptions Options { get; }

    public SimSettings Settings { get; private set; }

    public SimTokens Tokens { get; }

    public SimStats Stats { get; }

    public SimFaults Faults { get; } = new();

    public SimWebhooks Webhooks { get; }

    public SimFormat Format => Definition.Format;

    public DateTimeOffset Now => Options.Time.GetUtcNow();

    public IEnumerable<SimAccount> Accounts => _accounts.Values.OrderBy(account => account.Slug);

    /// <summary>Grows with every change worth storing.</summary>
    public long Changes => Interlocked.Read(ref _changes);

    public void Changed() => Interlocked.Increment(ref _changes);

    public bool TryAccount(string slug, [NotNullWhen(true)] out SimAccount? account) => _accounts.TryGetValue(slug, out account);

    public SimKind? Kind(string name) => Definition.Kinds.FirstOrDefault(kind => kind.Name == name);

    /// <summary>Adds an empty account; null when the name is taken.</summary>
    public SimAccount? AddAccount(string slug, string name)
    {
        var account = new SimAccount(this, slug, name);
        if (!_accounts.TryAdd(slug, account))
            return null;
        Changed();
        return account;
    }

    public void Apply(SimSettings settings)
    {
        Settings = settings;
        foreach (var account in _accounts.Values)
            account.SetLag();
        Changed();
    }

    /// <summary>Everything as on the first start.</summary>
    public void Reset(bool seed)
    {
        _accounts.Clear();
        Tokens.Clear();
        Faults.Replace([]);
        Stats.Clear();
        Webhooks.Reset();
        Settings = Definition.Settings;
        var account = AddAccount(FirstAccount, "Demo Practice")!;
        if (seed)
            SimSeed.Load(account, Definition.SeedResource);
        Changed();
    }
}
