namespace EvenKeel.Norms;

/// <summary>What methods that need pixels do behind dense layers, which have none.</summary>
public enum FlatInput
{
    /// <summary>An error that names the layer, before training starts.</summary>
    Error,

    /// <summary>No normalization there, only gain, shift and activation.</summary>
    Pass,
}
