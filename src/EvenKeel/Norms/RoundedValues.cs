namespace EvenKeel.Norms;

/// <summary>The values of a batch normalization that can be rounded to 16 bits.</summary>
[Flags]
public enum RoundedValues
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>The input x.</summary>
    Input = 1,

    /// <summary>The batch mean μ.</summary>
    Mean = 2,

    /// <summary>The centred values x − μ.</summary>
    Centred = 4,

    /// <summary>Their squares, with p = 2: in float16 they overflow above 255.9 and vanish below 2.4e-4.</summary>
    Square = 8,

    /// <summary>The scale s.</summary>
    Scale = 16,

    /// <summary>The output.</summary>
    Output = 32,

    /// <summary>The gradient of the input.</summary>
    Gradient = 64,

    /// <summary>All of them.</summary>
    All = Input | Mean | Centred | Square | Scale | Output | Gradient,
}
