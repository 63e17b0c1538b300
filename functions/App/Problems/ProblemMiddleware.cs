using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.Logging;

namespace SyncFunctions.App.Problems;

/// <summary>Turns what an HTTP function throws into problem details; the host's own answer would be an empty 500.</summary>
public sealed partial class ProblemMiddleware(ILogger<ProblemMiddleware> log) : IFunctionsWorkerMiddleware
{
    public async Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
    {
        try
        {
            await next(context);
        }
        catch (Exception exception) when (context.GetHttpContext() is { Response.HasStarted: false } http && !http.RequestAborted.IsCancellationRequested)
        {
            context.GetInvocationResult().Value = new ProblemResult(Describe(Inner(exception), context.FunctionDefinition.Name, http));
        }
    }

    /// <summary>Whether a function is one that this is for: only those can answer.</summary>
    public static bool IsFor(FunctionContext context) =>
        context.FunctionDefinition.InputBindings.Values.Any(binding => string.Equals(binding.Type, "httpTrigger", StringComparison.OrdinalIgnoreCase));

    internal ProblemException Describe(Exception exception, string function, HttpContext http)
    {
        if (exception is ProblemException problem)
        {
            Log.Refused(log, function, problem.Type.Status, problem.Type.Name);
            return problem;
        }

        Log.Failed(log, exception, function, ProblemResult.TraceId(http));
        return new ProblemException(ProblemType.Internal, "The request could not be completed. The log tells more under the trace id.");
    }

    private static Exception Inner(Exception exception) =>
        exception is AggregateException { InnerExceptions: [var only] } ? Inner(only) : exception;

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "{Function} answered {Status}: {Problem}.")]
        public static partial void Refused(ILogger log, string function, int status, string problem);

        [LoggerMessage(LogLevel.Error, "{Function} failed; trace id {TraceId}.")]
        public static partial void Failed(ILogger log, Exception exception, string function, string traceId);
    }
}
