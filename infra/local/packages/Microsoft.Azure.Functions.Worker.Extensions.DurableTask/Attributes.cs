using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>Marks the context of an orchestrator function.</summary>
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class OrchestrationTriggerAttribute : TriggerBindingAttribute
{
    /// <summary>The orchestrator's name; the function's own where none is given.</summary>
    public string? Orchestration { get; set; }
}

/// <summary>Marks the input of an activity function.</summary>
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class ActivityTriggerAttribute : TriggerBindingAttribute
{
    /// <summary>The activity's name; the function's own where none is given.</summary>
    public string? Activity { get; set; }
}

/// <summary>Marks a parameter that is given the client of a task hub.</summary>
public sealed class DurableClientAttribute : InputBindingAttribute
{
    /// <summary>The task hub; the app's own where none is given.</summary>
    public string? TaskHub { get; set; }

    /// <summary>The name of the storage connection; the app's own where none is given.</summary>
    public string? ConnectionName { get; set; }
}
