using System.Collections.Immutable;
using SyncFunctions.Engine;

namespace SyncFunctions.Connectors;

/// <summary>Everything a connector needs to call a vendor for one connection.</summary>
public sealed record ConnectionScope(TenantId Tenant, ConnectionId Connection)
{
    /// <summary>The connection's settings over the system's defaults (base addresses, organisation, unverified details).</summary>
    public required ImmutableDictionary<string, string> Settings { get; init; }

    public required ICredentialSource Credentials { get; init; }

    /// <summary>Takes calls from the budget before they are made.</summary>
    public required ICallBudget Budget { get; init; }

    /// <summary>The vendor's account, as it named it when the connection was made; null before.</summary>
    public string? Account { get; init; }

    /// <summary>No write is sent after that: whoever waited longer, for credentials or a free place, may not be the one who writes any more.</summary>
    public DateTimeOffset? WriteBefore { get; init; }

    /// <summary>The vendor's clock, as its answers show it.</summary>
    public VendorClock Clock { get; } = new();

    /// <summary>Told of every call that was made: the API request details. Never given a body, a token or a query string.</summary>
    public Action<ApiCall>? Observer { get; init; }

    /// <summary>For calls that are made for one project: the observer is told so.</summary>
    public ConnectionScope For(LinkId project) => Observer is { } observer ? this with { Observer = call => observer(call with { Project = project }) } : this;
}

/// <summary>A vendor's credentials. <see cref="Kind"/> tells a connector which of its variants they are.</summary>
/// <param name="Kind"><c>oauth</c> or <c>token</c> (a key typed in by an administrator).</param>
public sealed record Credentials(string Kind, string AccessToken, string? RefreshToken = null, DateTimeOffset? ExpiresAt = null)
{
    /// <summary>No secret in a log: the text of credentials tells their kind only.</summary>
    public override string ToString() => $"{Kind} credentials";
}

/// <summary>Where the credentials of a connection come from: the stored ones, or those being tried before they are stored.</summary>
public interface ICredentialSource
{
    ValueTask<VendorResult<Credentials>> GetAsync(CancellationToken cancellation);

    /// <summary>Called when the vendor refused <paramref name="refused"/>: newer credentials, refreshed by us or by another worker meanwhile.</summary>
    ValueTask<VendorResult<Credentials>> RenewAsync(Credentials refused, CancellationToken cancellation);
}

/// <summary>Calls that may be made: counted for the connection by all instances of the app together, or not counted at all.</summary>
public interface ICallBudget
{
    /// <summary>Null if the call may be made now, otherwise when it may.</summary>
    ValueTask<DateTimeOffset?> TakeAsync(CancellationToken cancellation);
}

/// <summary>One call to a vendor, for the API request details.</summary>
public sealed record ApiCall(string System, string Method, string Path, int? Status, FailureKind? Failure, string? Message, TimeSpan Duration, DateTimeOffset At)
{
    /// <summary>The vendor's kind of what the call was about; null where it was about none.</summary>
    public string? Kind { get; init; }

    /// <summary>The record that the call was about; null where it was about none, or made one.</summary>
    public string? RecordId { get; init; }

    /// <summary>The link of the project for which the call was made; null where it was for none, or for several.</summary>
    public LinkId? Project { get; init; }
}

/// <param name="State">Random, single use, bound to tenant and system.</param>
/// <param name="CodeVerifier">PKCE, for systems whose catalog says so.</param>
public sealed record OAuthRequest(Uri RedirectAddress, string State, ImmutableDictionary<string, string> Settings, string? CodeVerifier = null);

/// <summary>What the callback got: the query of the redirect, or for the implicit grant the fragment that the callback page posted.</summary>
public sealed record OAuthAnswer(ImmutableDictionary<string, string> Values);
