using System.Diagnostics.CodeAnalysis;

namespace SyncFunctions.Connectors;

/// <summary>Every way a vendor call can fail. Mapped once per system; the app decides by this alone.</summary>
public enum FailureKind
{
    /// <summary>Too many calls, or our own budget is used up.</summary>
    RateLimited,

    /// <summary>Nothing is known to be wrong: the same call may work in a moment.</summary>
    Transient,

    /// <summary>The vendor is down for longer than we wait.</summary>
    Unavailable,

    /// <summary>The credentials are no longer accepted; a person has to connect again.</summary>
    AuthExpired,

    /// <summary>The credentials work but lack a right, which <see cref="VendorFailure.Message"/> names.</summary>
    Forbidden,

    NotFound,

    /// <summary>The vendor refuses because of the state of the record (a number that exists already, a changed version).</summary>
    Conflict,

    /// <summary>A setting of ours is wrong: address, organisation, application key.</summary>
    Misconfigured,

    /// <summary>The vendor will never take this as it is (validation).</summary>
    Permanent,
}

/// <param name="Message">For a person; never a body, a token or an address with a query.</param>
/// <param name="Until">When it makes sense to try again, where known (a 429's Retry-After, a budget's next day).</param>
/// <param name="Ambiguous">The call may have been applied although it failed (a time-out or a reset after sending).</param>
/// <param name="Right">The right that is missing, in the vendor's words, where a <see cref="FailureKind.Forbidden"/> names one.</param>
public sealed record VendorFailure(
    FailureKind Kind, string Message, int? Status = null, DateTimeOffset? Until = null, bool Ambiguous = false, string? Right = null)
{
    /// <summary>On a <see cref="FailureKind.NotFound"/>: the record into which the vendor says this one was merged.</summary>
    public string? MergedInto { get; init; }

    /// <summary>Worth trying again without a person's help.</summary>
    public bool IsPassing => Kind is FailureKind.RateLimited or FailureKind.Transient or FailureKind.Unavailable;
}

/// <summary>A value or the failure that took its place.</summary>
public readonly record struct VendorResult<T>
{
    private VendorResult(T? value, VendorFailure? failure)
    {
        Value = value;
        Failure = failure;
    }

    public T? Value { get; }

    public VendorFailure? Failure { get; }

    public bool TryGet([MaybeNullWhen(false)] out T value, [NotNullWhen(false)] out VendorFailure? failure)
    {
        value = Value;
        failure = Failure;
        return failure is null;
    }

    /// <summary>The result of a read after a write that went through: should the read fail, the write has been applied all the same.</summary>
    internal VendorResult<T> AfterWrite() => Failure is { } failure ? failure with { Ambiguous = true } : this;

    public static implicit operator VendorResult<T>(T value) => new(value, null);

    public static implicit operator VendorResult<T>(VendorFailure failure) => new(default, failure);
}
