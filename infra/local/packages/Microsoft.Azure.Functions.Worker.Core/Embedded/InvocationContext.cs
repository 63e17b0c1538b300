using System.Collections;
using System.Diagnostics;

namespace Microsoft.Azure.Functions.Worker.Embedded;

/// <summary>The context of one run of one function.</summary>
internal sealed class InvocationContext : FunctionContext
{
    private readonly CancellationToken _cancellation;
    private readonly RunTrace _trace = new();
    private readonly BindingValues _binding;

    public InvocationContext(FunctionDescriptor function, TriggerInvocation trigger, IServiceProvider services, CancellationToken cancellation)
    {
        Function = function;
        Trigger = trigger;
        InstanceServices = services;
        _cancellation = cancellation;
        _binding = new BindingValues(trigger.BindingData);
        Features.Set(new ResultFeature());
    }

    public FunctionDescriptor Function { get; }

    public TriggerInvocation Trigger { get; }

    public override string InvocationId { get; } = Guid.NewGuid().ToString();

    public override string FunctionId => Function.Definition.Id;

    public override TraceContext TraceContext => _trace;

    public override BindingContext BindingContext => _binding;

    /// <summary>As in the genuine worker: null unless the function has a retry policy.</summary>
    public override RetryContext RetryContext => Features.Get<RetryContext>()!;

    public override IServiceProvider InstanceServices { get; set; }

    public override FunctionDefinition FunctionDefinition => Function.Definition;

    public override IDictionary<object, object> Items { get; set; } = new Dictionary<object, object>();

    public override IInvocationFeatures Features { get; } = new FeatureSet();

    public override CancellationToken CancellationToken => _cancellation;

    private sealed class RunTrace : TraceContext
    {
        public override string TraceParent { get; } = Activity.Current?.Id ?? "";

        public override string TraceState { get; } = Activity.Current?.TraceStateString ?? "";
    }

    private sealed class BindingValues(IReadOnlyDictionary<string, object?> values) : BindingContext
    {
        public override IReadOnlyDictionary<string, object?> BindingData { get; } =
            new Dictionary<string, object?>(values, StringComparer.OrdinalIgnoreCase);
    }

    private sealed class FeatureSet : IInvocationFeatures
    {
        private readonly Dictionary<Type, object> _features = [];

        public void Set<T>(T instance)
        {
            if (instance is null) _features.Remove(typeof(T));
            else _features[typeof(T)] = instance;
        }

        public T? Get<T>() => _features.TryGetValue(typeof(T), out var feature) ? (T)feature : default;

        public IEnumerator<KeyValuePair<Type, object>> GetEnumerator() => _features.GetEnumerator();

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
