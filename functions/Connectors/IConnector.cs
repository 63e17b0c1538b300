using SyncFunctions.Engine;

namespace SyncFunctions.Connectors;

/// <summary>
/// A system as the rest of the app sees it. Records go in and out under the vendor's own field names; ids are texts.
/// Nothing here throws for what a vendor may do: every failure is a <see cref="VendorFailure"/>.
/// </summary>
public interface IConnector
{
    SystemCatalog Catalog { get; }

    /// <summary>Who the credentials belong to; also the check of a typed-in token.</summary>
    Task<VendorResult<VendorAccount>> IdentifyAsync(ConnectionScope connection, CancellationToken cancellation);

    /// <summary>One page of the records of a kind, oldest change first where the vendor can sort.</summary>
    Task<VendorResult<VendorPage>> ListAsync(ConnectionScope connection, string kind, ListRequest request, CancellationToken cancellation);

    /// <summary>One record, or <see cref="FailureKind.NotFound"/>. An id may be another name of it, which a webhook knows it by: then the record has its own.</summary>
    /// <param name="parent">For what lives inside a record: that record, where it was read just now and need not be read again.</param>
    Task<VendorResult<Record>> GetAsync(ConnectionScope connection, string kind, string id, CancellationToken cancellation, Record? parent = null);

    /// <summary>Creates a record and returns it as the vendor now has it.</summary>
    /// <param name="idempotencyKey">The same for every attempt of one create, for vendors that make no second record for it.</param>
    Task<VendorResult<Record>> CreateAsync(ConnectionScope connection, string kind, FieldSet fields, CancellationToken cancellation, string? idempotencyKey = null);

    /// <summary>Writes the given fields only, and returns the record as the vendor now has it.</summary>
    /// <param name="ifMatch">The <see cref="Record.Version"/> to be changed, for vendors that refuse to change another: <see cref="FailureKind.Conflict"/>.</param>
    Task<VendorResult<Record>> UpdateAsync(ConnectionScope connection, string kind, string id, FieldSet fields, CancellationToken cancellation, string? ifMatch = null);

    /// <summary>True if this deleted it, false if it was gone already.</summary>
    Task<VendorResult<bool>> DeleteAsync(ConnectionScope connection, string kind, string id, CancellationToken cancellation);

    /// <summary>The address of the vendor's consent page.</summary>
    Uri AuthorizeAddress(OAuthRequest request);

    /// <summary>Turns what came back to the callback (a code, or the token itself for the implicit grant) into credentials.</summary>
    Task<VendorResult<Credentials>> RedeemAsync(OAuthRequest request, OAuthAnswer answer, CancellationToken cancellation);

    /// <summary>New credentials for old ones; <see cref="FailureKind.AuthExpired"/> where a person has to connect again.</summary>
    Task<VendorResult<Credentials>> RefreshAsync(ConnectionScope connection, Credentials old, CancellationToken cancellation);

    /// <summary>Has the vendor end what the credentials allow, as far as it did not end before.</summary>
    /// <returns>False where this vendor cannot be told: it is ended on its own pages alone.</returns>
    Task<VendorResult<bool>> RevokeAsync(ConnectionScope connection, Credentials credentials, CancellationToken cancellation) => Task.FromResult<VendorResult<bool>>(false);
}

/// <param name="ChangedSince">Only records changed at or after this time (UTC); all records if null.</param>
/// <param name="PageToken">From the page before, or null for the first.</param>
/// <param name="ParentId">For kinds that live inside a parent (stages of a project): the parent's id. Kinds that list changes may be listed without it, too.</param>
/// <param name="Where">Vendor fields that must equal these values: a search, for vendors that can.</param>
public sealed record ListRequest(DateTimeOffset? ChangedSince = null, string? PageToken = null, string? ParentId = null, FieldSet? Where = null);

/// <param name="NextPage">Null on the last page.</param>
/// <param name="VendorTime">The vendor's clock when it answered (the Date header), or ours where it does not say.</param>
/// <param name="Total">How many records the whole list has, where the vendor says so.</param>
public sealed record VendorPage(IReadOnlyList<Record> Records, string? NextPage, DateTimeOffset VendorTime, int? Total = null);

/// <param name="Id">The organisation or account at the vendor: a reconnect must yield the same.</param>
/// <param name="MissingRight">The right that was refused, in the vendor's words, or null: a named error, not a surprise later.</param>
public sealed record VendorAccount(string Id, string Name, string? UserId = null, string? UserName = null, string? UserEmail = null, string? MissingRight = null);
