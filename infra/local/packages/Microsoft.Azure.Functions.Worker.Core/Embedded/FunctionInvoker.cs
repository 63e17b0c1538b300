using Microsoft.Azure.Functions.Worker.Context.Features;
using Microsoft.Azure.Functions.Worker.Invocation;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Microsoft.Azure.Functions.Worker.Embedded;

/// <summary>The middleware of the worker in the order it was added; the first is outermost.</summary>
internal sealed class MiddlewareList
{
    private readonly List<Func<FunctionExecutionDelegate, FunctionExecutionDelegate>> _list = [];

    public void Add(Func<FunctionExecutionDelegate, FunctionExecutionDelegate> middleware) => _list.Add(middleware);

    public FunctionExecutionDelegate Around(FunctionExecutionDelegate core)
        => _list.AsEnumerable().Reverse().Aggregate(core, (next, middleware) => middleware(next));
}

/// <summary>A function was told to end and did not come to its own end, or not in time.</summary>
internal class FunctionStoppedException(string message, Task ended, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Done once the function has really ended: one that does not listen goes on, though nobody waits for its result.</summary>
    public Task Ended { get; } = ended;
}

/// <summary>A function ran longer than host.json's <c>functionTimeout</c>.</summary>
internal sealed class FunctionTimeoutException(string message, Task ended, Exception? inner = null) : FunctionStoppedException(message, ended, inner);

/// <inheritdoc cref="IFunctionInvoker"/>
internal sealed partial class FunctionInvoker : IFunctionInvoker
{
    private readonly IServiceScopeFactory _scopes;
    private readonly ArgumentBinder _binder;
    private readonly IOutputWriter[] _outputs;
    private readonly HostJson _hostJson;
    private readonly EmbeddedHostOptions _options;
    private readonly HostShutdown _shutdown;
    private readonly ILoggerFactory _loggers;
    private readonly TimeProvider _time;
    private readonly FunctionExecutionDelegate _pipeline;

    public FunctionInvoker(
        IServiceScopeFactory scopes,
        ArgumentBinder binder,
        IFunctionExecutor executor,
        IEnumerable<IOutputWriter> outputs,
        MiddlewareList middleware,
        HostJson hostJson,
        EmbeddedHostOptions options,
        HostShutdown shutdown,
        ILoggerFactory loggers,
        TimeProvider time)
    {
        _scopes = scopes;
        _binder = binder;
        _outputs = [.. outputs];
        _hostJson = hostJson;
        _options = options;
        _shutdown = shutdown;
        _loggers = loggers;
        _time = time;
        _pipeline = middleware.Around(async context =>
        {
            await executor.ExecuteAsync(context);
            context.Features.Get<ResultFeature>()!.TakeApart(((InvocationContext)context).Function.Outputs);
        });
    }

    public async Task<object?> InvokeAsync(FunctionDescriptor function, TriggerInvocation trigger, CancellationToken cancellation)
    {
        var logger = _loggers.CreateLogger($"Function.{function.Name}");
        var run = new Run(_scopes.CreateAsyncScope(), CancellationTokenSource.CreateLinkedTokenSource(cancellation, _shutdown.DrainExpired));
        var context = new InvocationContext(function, trigger, run.Scope.ServiceProvider, run.Stop.Token);
        context.Features.Set<IFunctionInputBindingFeature>(new InputBinding(_binder));
        var started = _time.GetTimestamp();
        Log.Executing(logger, function.Name, context.InvocationId);
        try
        {
            trigger.Prepare?.Invoke(context);
            await WithinLimitsAsync(function, context, run, logger);
            var result = context.Features.Get<ResultFeature>()!;
            await WriteOutputsAsync(function, context, result);
            Log.Succeeded(logger, function.Name, context.InvocationId, Elapsed(started));
            return result.Value;
        }
        catch (Exception exception)
        {
            Log.Failed(logger, exception, function.Name, context.InvocationId, Elapsed(started));
            throw;
        }
        finally
        {
            await run.ReleaseAsync();
        }
    }

    private long Elapsed(long started) => (long)_time.GetElapsedTime(started).TotalMilliseconds;

    /// <summary>Fires the token at the time limit, and gives the function up if it goes on regardless.</summary>
    private async Task WithinLimitsAsync(FunctionDescriptor function, InvocationContext context, Run run, ILogger logger)
    {
        using var limit = new CancellationTokenSource(_hostJson.FunctionTimeout, _time);
        await using var expiry = limit.Token.Register(() =>
        {
            Log.TimedOut(logger, _hostJson.FunctionTimeout, function.Name, context.InvocationId);
            run.Stop.Cancel();
        });
        using var abandon = new CancellationTokenSource(Timeout.InfiniteTimeSpan, _time);
        await using var grace = run.Stop.Token.Register(() => abandon.CancelAfter(_options.AbandonAfter));
        run.Body = _pipeline(context);
        var exceeded = $"Timeout value of {_hostJson.FunctionTimeout} was exceeded by function: Functions.{function.Name}";
        try
        {
            await run.Body.WaitAsync(abandon.Token);
        }
        catch (Exception exception) when (limit.IsCancellationRequested)
        {
            throw new FunctionTimeoutException(exceeded, run.Body, exception);
        }
        catch (OperationCanceledException exception) when (!run.Body.IsCompleted)
        {
            throw new FunctionStoppedException($"Functions.{function.Name} was told to stop and did not.", run.Body, exception);
        }

        if (limit.IsCancellationRequested) throw new FunctionTimeoutException(exceeded, run.Body);
    }

    private async Task WriteOutputsAsync(FunctionDescriptor function, InvocationContext context, ResultFeature result)
    {
        foreach (var output in function.Outputs)
        {
            if (output.Attribute is { } attribute && Array.Find(_outputs, writer => writer.CanWrite(attribute)) is { } writer)
                await writer.WriteAsync(attribute, result.ValueOf(output), context, context.CancellationToken);
        }
    }

    /// <summary>What a run holds; kept until the function has really ended, even if it was given up before.</summary>
    private sealed class Run(AsyncServiceScope scope, CancellationTokenSource stop)
    {
        public AsyncServiceScope Scope => scope;

        public CancellationTokenSource Stop => stop;

        public Task Body { get; set; } = Task.CompletedTask;

        public ValueTask ReleaseAsync()
        {
            if (Body.IsCompleted) return DisposeAsync();
            _ = DisposeLaterAsync();
            return ValueTask.CompletedTask;
        }

        private async Task DisposeLaterAsync()
        {
            await Body.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await DisposeAsync();
        }

        private ValueTask DisposeAsync()
        {
            stop.Dispose();
            return scope.DisposeAsync();
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Executing 'Functions.{Function}' (Id={Id})")]
        public static partial void Executing(ILogger logger, string function, string id);

        [LoggerMessage(2, LogLevel.Information, "Executed 'Functions.{Function}' (Succeeded, Id={Id}, Duration={Milliseconds}ms)")]
        public static partial void Succeeded(ILogger logger, string function, string id, long milliseconds);

        [LoggerMessage(3, LogLevel.Error, "Executed 'Functions.{Function}' (Failed, Id={Id}, Duration={Milliseconds}ms)")]
        public static partial void Failed(ILogger logger, Exception exception, string function, string id, long milliseconds);

        [LoggerMessage(4, LogLevel.Error, "Timeout value of {Limit} exceeded by function 'Functions.{Function}' (Id: {Id}). Initiating cancellation.")]
        public static partial void TimedOut(ILogger logger, TimeSpan limit, string function, string id);
    }
}
