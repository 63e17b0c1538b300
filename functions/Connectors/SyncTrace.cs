using System.Diagnostics;

namespace SyncFunctions.Connectors;

/// <summary>The app's spans. Without somebody who listens none is made, and no trace is stored with anything.</summary>
public static class SyncTrace
{
    public const string Name = "SyncFunctions";

    private const string Quiet = "quiet";

    public static ActivitySource Source { get; } = new(Name);

    /// <summary>What is stored with work that is gone on with elsewhere: the span that this is part of, as W3C's <c>traceparent</c>.</summary>
    public static string? Parent => Activity.Current is { Recorded: true, IdFormat: ActivityIdFormat.W3C } current ? current.Id : null;

    /// <param name="parent">Null: the span that this is part of, if any.</param>
    public static Activity? Start(string name, ActivityKind kind, string? parent = null) =>
        !Source.HasListeners() ? null
        : ContextOf(parent) is { } context ? Source.StartActivity(name, kind, context)
        : Source.StartActivity(name, kind);

    /// <summary>A look whose span, and what is part of it, is recorded from the moment on at which something is found: most looks find nothing.</summary>
    public static Activity? StartQuietly(string name, ActivityKind kind, string? parent)
    {
        var span = Start(name, kind, parent);
        if (span is not { Recorded: true }) return span;
        span.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
        span.SetCustomProperty(Quiet, Quiet);
        return span;
    }

    public static void Found()
    {
        if (Activity.Current is { } span && span.GetCustomProperty(Quiet) is not null) span.ActivityTraceFlags |= ActivityTraceFlags.Recorded;
    }

    public static ActivityContext? ContextOf(string? parent) => ActivityContext.TryParse(parent, null, isRemote: true, out var context) ? context : null;
}
