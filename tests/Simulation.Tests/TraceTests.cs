using System.Diagnostics;
using System.Globalization;

namespace SyncFunctions.Simulation.Tests;

/// <summary>A seed is worth something only if it plays the same world tomorrow, in another process: there every text has another hash.</summary>
[Trait("Category", "Simulation")]
public sealed class TraceTests
{
    [Theory]
    [InlineData("core", 7, 60)]
    [InlineData("service", 3, 40)]
    public async Task Seed_InAnotherProcess_HasTheSameTrace(string level, int seed, int operations)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(TimeSpan.FromMinutes(5));
        using var other = Process.Start(new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet")
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            ArgumentList = { Path.Combine(AppContext.BaseDirectory, "SyncFunctions.Simulation.dll"), level, seed.ToString(CultureInfo.InvariantCulture), operations.ToString(CultureInfo.InvariantCulture) },
        })!;
        try
        {
            var trace = await other.StandardOutput.ReadToEndAsync(deadline.Token);

            trace.Trim().ShouldBe(TraceProgram.TraceOf(level, seed, operations));
        }
        finally
        {
            if (!other.HasExited) other.Kill();
        }
    }
}
