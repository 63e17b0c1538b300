namespace Microsoft.Azure.Functions.Worker.Embedded;

/// <summary>Holds what the function returned; middleware may replace it.</summary>
internal sealed class ResultFeature
{
    public object? Value { get; set; }
}
