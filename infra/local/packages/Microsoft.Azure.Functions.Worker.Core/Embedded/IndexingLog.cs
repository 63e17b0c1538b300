using Microsoft.Extensions.Logging;

namespace Microsoft.Azure.Functions.Worker.Embedded;

/// <summary>Says that one function cannot be served, in the words of the genuine host; the others run.</summary>
internal static partial class IndexingLog
{
    [LoggerMessage(323, LogLevel.Error, "Error indexing method 'Functions.{Function}'. {Reason}")]
    private static partial void Failed(ILogger logger, string function, string reason);

    [LoggerMessage(324, LogLevel.Warning, "Function 'Functions.{Function}' failed indexing and will be disabled.")]
    private static partial void Disabled(ILogger logger, string function);

    public static void CannotIndex(this ILogger logger, FunctionDescriptor function, string reason)
    {
        Failed(logger, function.Name, reason);
        Disabled(logger, function.Name);
    }
}
