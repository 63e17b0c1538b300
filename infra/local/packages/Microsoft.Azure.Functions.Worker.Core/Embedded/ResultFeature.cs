namespace Microsoft.Azure.Functions.Worker.Embedded;

/// <summary>Holds what the function returned; middleware may replace it.</summary>
internal sealed class ResultFeature
{
    /// <summary>Null once the members of the returned object were taken apart into <see cref="Outputs"/>.</summary>
    public object? Value { get; set; }

    /// <summary>By the name of the output binding; without those that are null.</summary>
    public Dictionary<string, object?> Outputs { get; } = [];

    /// <summary>Takes the outputs out of what the function returned.</summary>
    public void TakeApart(IReadOnlyList<FunctionOutput> outputs)
    {
        if (Value is not { } returned || outputs.All(output => output.Property is null)) return;
        foreach (var output in outputs)
        {
            if (output.Property!.GetValue(returned) is { } value) Outputs[output.Name] = value;
        }

        Value = null;
    }

    public object? ValueOf(FunctionOutput output) => output.Property is null ? Value : Outputs.GetValueOrDefault(output.Name);
}
