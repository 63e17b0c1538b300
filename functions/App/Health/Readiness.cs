using System.Collections.Immutable;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using SyncFunctions.App.Settings;
using SyncFunctions.State;

namespace SyncFunctions.App.Health;

/// <summary>What became of a look at something that the app needs.</summary>
/// <param name="Failure">Null where it answered.</param>
public sealed record Check(string Name, double Seconds, string? Failure);

/// <summary>Looks at what the app needs: all at once, no longer than two seconds, and not more often than every other moment however many ask.</summary>
public sealed class Readiness(HealthCheckService checks, TimeProvider time)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan KeptFor = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private (Task<HealthReport> Report, DateTimeOffset At)? _last;

    public async Task<ImmutableArray<Check>> LookAsync(CancellationToken cancellation)
    {
        Task<HealthReport> report;
        lock (_gate)
        {
            if (_last is not { } last || (last.Report.IsCompleted && time.GetUtcNow() - last.At >= KeptFor)) _last = last = (checks.CheckHealthAsync(CancellationToken.None), time.GetUtcNow());
            report = last.Report;
        }

        return [.. (await report.WaitAsync(cancellation)).Entries
            .Select(entry => new Check(entry.Key, Math.Round(entry.Value.Duration.TotalSeconds, 3), entry.Value.Status == HealthStatus.Healthy ? null : Text(entry.Value.Exception)))
            .OrderBy(check => check.Name, StringComparer.Ordinal)];
    }

    public static void Add(IServiceCollection services)
    {
        var builder = services.AddSingleton<Readiness>().AddHealthChecks();
        Add("tables", provider => provider.GetRequiredService<StateTables>().AskAsync);
        Add("queues", provider => provider.GetRequiredService<AppQueues>().AskAsync);
        Add("vault", provider => provider.GetRequiredService<AppSettings>().Secrets.AskAsync);

        void Add(string name, Func<IServiceProvider, Func<CancellationToken, Task>> look) => builder.Add(At(name, look));
    }

    internal static HealthCheckRegistration At(string name, Func<IServiceProvider, Func<CancellationToken, Task>> look) =>
        new(name, provider => new Look(look(provider)), failureStatus: null, tags: null, timeout: Limit);

    private static string Text(Exception? failure) => failure switch
    {
        null or OperationCanceledException => $"No answer within {Limit.TotalSeconds} seconds",
        _ => Outage.Text(failure),
    };

    private sealed class Look(Func<CancellationToken, Task> look) : IHealthCheck
    {
        public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
        {
            // A client that does not listen is not waited for, wherever it stands still.
            await Task.Run(() => look(cancellationToken), cancellationToken).WaitAsync(cancellationToken);
            return HealthCheckResult.Healthy();
        }
    }
}
