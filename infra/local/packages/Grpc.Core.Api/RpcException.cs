namespace Grpc.Core;

/// <summary>A call over gRPC that failed. The genuine durable client passes on like this what its host refused.</summary>
public class RpcException : Exception
{
    /// <summary>With the status as its message.</summary>
    public RpcException(Status status)
        : this(status, status.ToString())
    {
    }

    /// <summary>With a message.</summary>
    public RpcException(Status status, string message)
        : base(message)
    {
        Status = status;
    }

    /// <summary>How the call ended.</summary>
    public Status Status { get; }

    /// <summary>How the call ended.</summary>
    public StatusCode StatusCode => Status.StatusCode;
}
