namespace Microsoft.Extensions.Logging;

public static class FunctionsLoggerExtensions
{
    private static readonly EventId Metric = new(1, "Metric");

    public static void LogMetric(this ILogger logger, string name, double value, IDictionary<string, object>? properties = null)
    {
        var state = properties is null ? [] : new Dictionary<string, object>(properties);
        state["Name"] = name;
        state["Value"] = value;
        logger.Log(LogLevel.Information, Metric, state, exception: null, static (state, _) => $"Metric {state["Name"]} = {state["Value"]}");
    }
}
