namespace Grpc.Core;

/// <summary>How a call over gRPC ended.</summary>
public enum StatusCode
{
    /// <summary>Well.</summary>
    OK = 0,

    /// <summary>The caller gave up.</summary>
    Cancelled = 1,

    /// <summary>For a reason that the server does not tell.</summary>
    Unknown = 2,

    /// <summary>An argument is wrong whatever the state.</summary>
    InvalidArgument = 3,

    /// <summary>The time was over.</summary>
    DeadlineExceeded = 4,

    /// <summary>There is no such thing.</summary>
    NotFound = 5,

    /// <summary>There is such a thing already.</summary>
    AlreadyExists = 6,

    /// <summary>The caller may not.</summary>
    PermissionDenied = 7,

    /// <summary>Something is used up, or a message is too long.</summary>
    ResourceExhausted = 8,

    /// <summary>The state is not one for this.</summary>
    FailedPrecondition = 9,

    /// <summary>Another call came in between.</summary>
    Aborted = 10,

    /// <summary>Past the end.</summary>
    OutOfRange = 11,

    /// <summary>The server does not know the call.</summary>
    Unimplemented = 12,

    /// <summary>Something is broken.</summary>
    Internal = 13,

    /// <summary>The server is not there now.</summary>
    Unavailable = 14,

    /// <summary>Data is lost.</summary>
    DataLoss = 15,

    /// <summary>The caller did not say who it is.</summary>
    Unauthenticated = 16,
}

/// <summary>How a call over gRPC ended, and what the server says about it.</summary>
public struct Status(StatusCode statusCode, string detail)
{
    /// <summary>How it ended.</summary>
    public StatusCode StatusCode { get; } = statusCode;

    /// <summary>What the server says.</summary>
    public string Detail { get; } = detail;

    /// <inheritdoc/>
    public override readonly string ToString() => $"Status(StatusCode=\"{StatusCode}\", Detail=\"{Detail}\")";
}
